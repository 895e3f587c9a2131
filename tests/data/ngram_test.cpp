// The counted baselines against the formulas written out in Python and figures
// worked by hand.
#include "nanobrain/data/ngram.h"

#include <cmath>
#include <map>

#include "nanobrain/base/error.h"
#include "nanobrain/base/json.h"
#include "nanobrain/base/random.h"
#include "nanobrain/data/window_sampler.h"
#include "tests/support/byte_tokenizer.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::source_dir;
using testing::TempDir;
using Ids = std::vector<TokenId>;

// A stream with frequent and rare tokens and some that never occur.
Ids skewed_stream(int64_t size, int64_t vocab_size, uint64_t seed) {
  Random random(seed);
  Ids ids;
  for (int64_t i = 0; i < size; ++i) {
    const double x = random.uniform();
    ids.push_back(static_cast<TokenId>(x * x * x * (vocab_size - 3)));
  }
  return ids;
}

TEST(Ngram, AgreesWithTheFormulasWrittenOutInPython) {
  const Json golden = read_json(source_dir() / "tests/golden/ngram.json");
  const Ids stream = golden["stream"];
  const auto model = NgramModel::count(
      stream, golden["vocab_size"], golden["end_of_text"].get<TokenId>());
  ASSERT_EQ(golden["asked"].size(), 400u);
  for (const Json& asked : golden["asked"]) {
    const Ids ngram = asked["ngram"];
    for (int order = 2; order <= 5; ++order) {
      // Both sum the same few terms in double: a few ulp apart.
      EXPECT_NEAR(
          model.probability(order, std::span(ngram).first(4), ngram[4]) /
              asked["probabilities"][static_cast<size_t>(order - 2)]
                  .get<double>(),
          1.0,
          1e-12)
          << "order " << order << " of " << asked["ngram"];
    }
  }
}

TEST(Ngram, ProbabilitiesSumToOne) {
  for (const uint64_t seed : {1, 2, 3}) {
    const int64_t vocab_size = 20 + 30 * static_cast<int64_t>(seed);
    const Ids stream = skewed_stream(200 * seed, vocab_size, seed);
    const auto model = NgramModel::count(stream, vocab_size, -1);
    Random random(seed);
    for (int i = 0; i < 100; ++i) {
      // Four tokens of the stream, or the first one another.
      const auto at = static_cast<ptrdiff_t>(random.below(stream.size() - 4));
      Ids context(stream.begin() + at, stream.begin() + at + 4);
      if (i % 2 == 0) {
        context[0] = static_cast<TokenId>(random.below(vocab_size));
      }
      for (const int order : {0, 1, 2, 3, 4, 5}) {
        double sum = 0;
        for (TokenId w = 0; w < vocab_size; ++w) {
          const double p = model.probability(order, context, w);
          EXPECT_GT(p, 0.0) << "order " << order << " token " << w;
          sum += p;
        }
        EXPECT_NEAR(sum, 1.0, 1e-12) << "order " << order;
      }
    }
  }
}

TEST(Ngram, SmallExampleByHand) {
  // Bigrams 01 twice, 10 twice, 02 once: n1 = 1, n2 = 2, Y = 1/5, D1 = 1/5,
  // D2 = 2. Every token has one left neighbour: p(w) = 1/3.
  const auto model = NgramModel::count(Ids{0, 1, 0, 1, 0, 2}, 3, -1);
  EXPECT_NEAR(model.probability(1, {}, 0), 4.0 / 9, 1e-15);
  EXPECT_NEAR(model.probability(1, {}, 2), 2.0 / 9, 1e-15);
  EXPECT_NEAR(model.probability(2, Ids{0}, 1), 2.2 / 9, 1e-15);
  EXPECT_NEAR(model.probability(2, Ids{0}, 2), 0.8 / 3 + 2.2 / 9, 1e-15);
  // Nothing follows 2: the lower order alone.
  EXPECT_NEAR(model.probability(2, Ids{2}, 1), 1.0 / 3, 1e-15);
  // A longer order than the context allows is the order that it allows.
  EXPECT_EQ(model.probability(3, Ids{0}, 1), model.probability(2, Ids{0}, 1));
  EXPECT_EQ(model.probability(2, {}, 1), model.probability(1, {}, 1));
}

TEST(Ngram, DiscountsOfChenAndGoodman) {
  // Y = 100 / (100 + 2 * 40) = 5/9.
  const auto d = kneser_ney_discounts({100, 40, 20, 10});
  EXPECT_NEAR(d[0], 1 - 2 * (5.0 / 9) * 0.4, 1e-15);
  EXPECT_NEAR(d[1], 2 - 3 * (5.0 / 9) * 0.5, 1e-15);
  EXPECT_NEAR(d[2], 3 - 4 * (5.0 / 9) * 0.5, 1e-15);
  // D1 would be negative: Ney's one discount instead.
  EXPECT_NEAR(kneser_ney_discounts({1, 40, 20, 10})[0], 1.0 / 81, 1e-15);
  EXPECT_EQ(kneser_ney_discounts({0, 0, 3, 1})[2], 0.5);
}

TEST(Ngram, AHistoryPredictsAsItsTokensDo) {
  const Ids stream = {0, 1, 0, 4, 2, 4, 0, 1};
  for (const TokenId end_of_text : {4, -1}) {
    const auto model =
        NgramModel::count(skewed_stream(500, 8, 1), 8, end_of_text);
    auto history = model.start();
    Ids read;
    if (end_of_text >= 0) read.push_back(end_of_text);
    for (const TokenId token : stream) {
      EXPECT_EQ(history.length, std::min<int64_t>(std::ssize(read), 4));
      const auto p = model.next(history, token);
      EXPECT_NEAR(p[0], 1.0 / 8, 1e-15);
      for (int order = 1; order <= 5; ++order) {
        EXPECT_EQ(
            p[static_cast<size_t>(order)],
            model.probability(order, read, token));
      }
      read.push_back(token);
    }
  }
}

TEST(Ngram, CountsNothingOverTheEdgesOfRanges) {
  // Sources one after the other, each of which alone says what comes next.
  const TempDir dir;
  const testing::ByteTokenizer tokenizer;
  Ids ids;
  for (int i = 0; i < 4000; ++i) ids.push_back(i % 20);
  for (int i = 0; i < 4000; ++i) ids.push_back(100 + i * i % 89);
  TokenFileWriter writer(dir / "two.tokens", tokenizer);
  writer.append(ids, 8000);
  writer.finish();
  const TokenFile file(dir / "two.tokens");
  const int64_t seq_len = 16, windows = 150;
  const WindowSampler sampler(file.size(), seq_len, 3);
  const auto ranges = sampler.covered(windows);
  const auto model = NgramModel::count(file, ranges);
  EXPECT_EQ(model.tokens(), windows * seq_len); // less than an epoch
  std::map<TokenId, int> unigrams;
  std::map<std::pair<TokenId, TokenId>, int> bigrams;
  for (int64_t i = 0; i < windows; ++i) {
    const int64_t begin = sampler.window_begin(i);
    for (int64_t t = begin + 1; t <= begin + seq_len; ++t) {
      ++unigrams[file[t]];
      ++bigrams[{file[t - 1], file[t]}];
    }
  }
  const auto size = static_cast<double>(file.info().vocab_size);
  const auto total = static_cast<double>(windows * seq_len) + size;
  for (TokenId id = 0; id < file.info().vocab_size; ++id) {
    EXPECT_DOUBLE_EQ(model.probability(1, {}, id), (unigrams[id] + 1) / total);
  }
  // A pair is worth more than what its second token is worth alone exactly
  // where a window has it: of both sources, where the first 2,400 tokens of the
  // file are of one.
  const auto knows = [&](const NgramModel& counted, TokenId a, TokenId b) {
    return counted.probability(2, Ids{a}, b) >
           2 * counted.probability(2, Ids{99}, b); // 99 is in neither
  };
  EXPECT_TRUE(bigrams.contains({3, 4}) && bigrams.contains({100, 101}));
  EXPECT_TRUE(knows(model, 3, 4) && knows(model, 100, 101));
  const auto prefix = NgramModel::count(file, windows * seq_len);
  EXPECT_TRUE(knows(prefix, 3, 4) && !knows(prefix, 100, 101));
}

TEST(Ngram, SaysWhatItCannotCount) {
  EXPECT_ERROR(Error, "no tokens to count", NgramModel::count(Ids{}, 3, -1));
  EXPECT_ERROR(
      Error,
      "token 1 of the stream is 3, outside the vocabulary of 3",
      NgramModel::count(Ids{0, 3}, 3, -1));
  EXPECT_ERROR(
      Error,
      "vocabularies of 1 to 2097152 ids, but this one has 3000000",
      NgramModel::count(Ids{0, 3}, 3'000'000, -1));
  const auto model = NgramModel::count(Ids{0, 1}, 3, -1);
  EXPECT_ERROR(Error, "token -1 is outside", model.probability(2, Ids{0}, -1));
}

} // namespace
} // namespace nanobrain
