#include "nanobrain/data/overlap.h"

#include <fmt/format.h>

#include <cctype>
#include <set>
#include <string>

#include "nanobrain/base/parallel.h"
#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using Texts = std::vector<std::string>;

OverlapReport measure(
    const Texts& val, const Texts& train, size_t max_ngrams = 1 << 22) {
  OverlapMeter meter(max_ngrams);
  for (const std::string& text : val) meter.add_validation(text);
  meter.start_training();
  for (const std::string& text : train) meter.add_training(text);
  return meter.report();
}

const std::string kThirteen =
    "one two three four five six seven eight nine ten eleven twelve thirteen";

TEST(Overlap, WordsAreCutAtPunctuationAndSymbolsAlone) {
  const std::string twelve = kThirteen.substr(0, kThirteen.rfind(' '));
  std::string accented = kThirteen;
  accented.replace(0, 3, "\u00f6n\u00e9");
  struct Case {
    std::string val;
    Texts train;
    int64_t in_common;
  };
  const Case cases[] = {
      {"zero " + kThirteen + " fourteen", {kThirteen}, 1},
      {twelve, {twelve}, 0},
      {kThirteen,
       {"\u201cOne\u201d, two\u2014three: FOUR five\nsix\u2026 seven... "
        "(Eight) nine\u3000ten -- eleven/twelve_thirteen!"},
       1},
      {accented, {accented}, 1},
      {accented, {kThirteen}, 0},
      {kThirteen,
       {"one two three four five six",
        "seven eight nine ten eleven twelve thirteen"},
       0},
      {kThirteen, {}, 0}};
  for (const auto& [val, train, in_common] : cases) {
    EXPECT_EQ(measure({val}, train).val_ngrams_in_train, in_common) << val;
  }
  EXPECT_EQ(measure({twelve}, {kThirteen}).to_json()["val_ngrams_share"], 0.0);
  // The letters part no words: twelve words are left without the accents.
  EXPECT_EQ(
      measure(
          {"a\u00f6b \u00e9 \u0436\u0443\u043a \u6f22 "
           "5 6 7 8 9 10 11 12 x\U00010400"},
          {})
          .val_ngrams,
      1);
}

/// Texts of few different words, so that many n-grams are shared.
Texts random_texts(uint64_t seed, int count) {
  Random random(seed);
  Texts texts;
  for (int i = 0; i < count; ++i) {
    std::string text;
    uint64_t word = random.below(5);
    for (uint64_t n = random.below(120); n > 0; --n) {
      // Mostly the next word of a cycle, sometimes another.
      word = random.below(12) == 0 ? random.below(50) : (word + 1) % 50;
      text += fmt::format("w{} ", word);
    }
    texts.push_back(text);
  }
  return texts;
}

/// The n-grams of a text as text: a second, slow derivation.
std::vector<std::string> ngrams_of(const std::string& text) {
  Texts words;
  std::string word;
  for (const char c : text + " ") {
    if (std::isalnum(static_cast<unsigned char>(c))) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(word);
      word.clear();
    }
  }
  std::vector<std::string> ngrams;
  for (size_t i = 0; i + kOverlapWords <= words.size(); ++i) {
    std::string ngram;
    for (size_t k = 0; k < kOverlapWords; ++k) ngram += words[i + k] + " ";
    ngrams.push_back(ngram);
  }
  return ngrams;
}

OverlapReport measure_by_definition(const Texts& val, const Texts& train) {
  std::set<std::string> in_train;
  for (const std::string& text : train) {
    for (const std::string& ngram : ngrams_of(text)) in_train.insert(ngram);
  }
  OverlapReport report;
  std::set<std::string> in_val;
  for (const std::string& text : val) {
    bool found = false;
    for (const std::string& ngram : ngrams_of(text)) {
      in_val.insert(ngram);
      found |= in_train.contains(ngram);
    }
    if (found) {
      ++report.val_documents_in_train;
      report.overlapping.push_back(report.val_documents);
    }
    ++report.val_documents;
  }
  report.val_ngrams = static_cast<int64_t>(in_val.size());
  for (const std::string& ngram : in_val) {
    report.val_ngrams_in_train += in_train.contains(ngram);
  }
  return report;
}

TEST(Overlap, AgreesWithTheDefinitionOnRandomTexts) {
  const Texts val = random_texts(1, 100);
  const Texts train = random_texts(2, 300);
  const OverlapReport expected = measure_by_definition(val, train);
  ASSERT_GT(expected.val_ngrams_in_train, 100);
  ASSERT_LT(expected.val_ngrams_in_train, expected.val_ngrams - 100);
  EXPECT_EQ(measure(val, train).to_json(), expected.to_json());
}

TEST(Overlap, TooManyNgramsAreSampled) {
  const Texts val = random_texts(3, 400);
  const Texts train = random_texts(4, 400);
  const OverlapReport exact = measure(val, train);
  const OverlapReport sampled = measure(val, train, 2000);
  EXPECT_LT(sampled.sampled, 0.5);
  EXPECT_GT(sampled.val_ngrams, 0);
  EXPECT_LE(sampled.val_ngrams, 2000);
  EXPECT_FALSE(sampled.to_json()["exact"]);
  // The number of n-grams is estimated by val_ngrams / sampled; a binomial of
  // about a thousand draws stays within 15 % (four deviations).
  EXPECT_NEAR(
      static_cast<double>(sampled.val_ngrams) / sampled.sampled,
      static_cast<double>(exact.val_ngrams),
      0.15 * static_cast<double>(exact.val_ngrams));
  const double share = exact.to_json()["val_ngrams_share"];
  EXPECT_NEAR(sampled.to_json()["val_ngrams_share"], share, 0.06);
  EXPECT_LE(sampled.val_documents_in_train, exact.val_documents_in_train);
}

TEST(Overlap, ManyThreadsFindTheSame) {
  const Texts val = random_texts(5, 100);
  const Texts train = random_texts(6, 400);
  OverlapMeter meter;
  for (const std::string& text : val) meter.add_validation(text);
  meter.start_training();
  parallel_for(400, 4, [&](int64_t i) {
    meter.add_training(train[static_cast<size_t>(i)]);
  });
  EXPECT_EQ(meter.report().to_json(), measure(val, train).to_json());
}

TEST(Overlap, DocumentsLeftOutCountNowhere) {
  OverlapMeter meter;
  for (const std::string& text : {kThirteen, "zero " + kThirteen, kThirteen}) {
    meter.add_validation(text);
  }
  meter.start_training({true, false, true});
  meter.add_training(kThirteen);
  EXPECT_EQ(
      meter.report().to_json(),
      measure({"zero " + kThirteen}, {kThirteen}).to_json());
}

} // namespace
} // namespace nanobrain
