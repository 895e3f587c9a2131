// The synthetic corpus: one derivation a text, and its exact probability.
#include <cmath>
#include <regex>
#include <sstream>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/synthetic/corpus.h"
#include "nanobrain/synthetic/derivation.h"
#include "tests/support/child.h"
#include "tests/support/support.h"
#include "tests/synthetic/derivation_search.h"

namespace nanobrain {
namespace {

using testing::TempDir;

TEST(Synthetic, ParsingGivesTheBitsThatWereDrawn) {
  SyntheticGenerator generator(1);
  for (int i = 0; i < 500; ++i) {
    const auto document = generator.next();
    EXPECT_EQ(synthetic_bits(document.text), document.bits) << document.text;
    // Lines without blank ones.
    EXPECT_EQ(document.text.find("\n\n"), std::string::npos);
    EXPECT_NE(document.text.front(), '\n');
    EXPECT_NE(document.text.back(), '\n');
  }
}

TEST(Synthetic, EveryTextHasExactlyOneDerivation) {
  SyntheticGenerator generator(2);
  for (int i = 0; i < 60; ++i) {
    const auto document = generator.next();
    const auto all =
        testing::find_derivations(english_grammar(), document.text);
    EXPECT_EQ(all.count, 1) << document.text;
    EXPECT_NEAR(all.bits / document.bits, 1.0, 1e-9) << document.text;
  }
}

// The search itself must be able to find two.
TEST(Synthetic, TheSearchFindsAmbiguity) {
  const Grammar grammar(
      "s = {noun.sg>X} $rest\nrest = and {X.sg} | or {noun.sg}",
      {{"noun", {"sg"}, {{{"cat"}, 0, 1}, {{"catx"}, 1, 3}}}});
  EXPECT_EQ(testing::find_derivations(grammar, "Cat and cat").count, 1);
  EXPECT_EQ(testing::find_derivations(grammar, "Cat and catx").count, 0);
  EXPECT_EQ(testing::find_derivations(grammar, "Cat or catx").count, 1);
  EXPECT_EQ(testing::find_derivations(grammar, "cat or catx").count, 0);
  const Grammar twice("s = {noun.} | the", {{"noun", {""}, {{{"cat"}}}}});
  EXPECT_EQ(testing::find_derivations(twice, "Cat").count, 1);
}

TEST(Synthetic, MeanBitsAreTheEntropyWorkedOutByHand) {
  // Three more words for every stop: 4 words and 4 decisions on average. The
  // words' entropy is that of (1, 3) / 4, which the decision's is too.
  const Grammar grammar(
      "s = {noun.sg} $more\nmore = 3 , {noun.sg} $more | 1 END",
      {{"noun", {"sg"}, {{{"cat"}, -1, 1}, {{"dog"}, -1, 3}}}});
  const double quarter = 2 - 0.75 * std::log2(3.0);
  SyntheticGenerator generator(grammar, 3);
  const int count = 20'000;
  double sum = 0, squares = 0;
  for (int i = 0; i < count; ++i) {
    const double bits = generator.next().bits;
    sum += bits;
    squares += bits * bits;
  }
  const double mean = sum / count;
  const double error = std::sqrt((squares / count - mean * mean) / count);
  EXPECT_NEAR(mean, 8 * quarter, 4 * error);
  EXPECT_LT(error, 0.1);
}

TEST(Synthetic, TheSameSeedGivesTheSameBytesEverywhere) {
  SyntheticGenerator generator(42);
  std::string texts;
  for (int i = 0; i < 200; ++i) texts += generator.next().text + "\n\n";
  EXPECT_NE(
      SyntheticGenerator(1).next().text, SyntheticGenerator(2).next().text);
  // Changes only with the grammar, the lexicon or the order of the draws.
  EXPECT_EQ(
      sha256_hex(texts),
      "0f8ccb92b397ab1b651bf0da44f7e02a216ceab53735922b4ee4a1f67bb2dfa9");
}

TEST(Synthetic, LaterSentencesDependOnEarlierOnes) {
  const std::regex title("^The (\\w+) of (\\w+)\n");
  const std::regex these("[Tt]hese (\\w+)");
  const std::regex today("Today (\\w+) has");
  const std::regex person("\n(\\w+)[^\n]*\\. (She|He) ");
  SyntheticGenerator generator(6);
  std::map<std::string, std::string> pronoun_of;
  int recalls = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = generator.next().text;
    std::smatch head;
    if (!std::regex_search(text, head, title)) continue;
    using Matches = std::sregex_iterator;
    for (Matches m(text.begin(), text.end(), these); m != Matches(); ++m) {
      EXPECT_EQ((*m)[1], head[1]);
      ++recalls;
    }
    for (Matches m(text.begin(), text.end(), today); m != Matches(); ++m) {
      EXPECT_EQ((*m)[1], head[2]);
      ++recalls;
    }
    for (Matches m(text.begin(), text.end(), person); m != Matches(); ++m) {
      const auto [known, is_new] =
          pronoun_of.emplace((*m)[1].str(), (*m)[2].str());
      EXPECT_EQ(known->second, (*m)[2]) << known->first;
    }
  }
  EXPECT_GT(recalls, 300);
  EXPECT_GT(pronoun_of.size(), 50u);
}

TEST(Synthetic, SubjectAndVerbAgreeOverADistance) {
  // "The sails near the old mill is" is no text of the grammar.
  const std::regex subject("\\. The (\\w+) (near|behind) the (\\w+) (is|are) ");
  SyntheticGenerator generator(7);
  int seen = 0;
  for (int i = 0; i < 2000 && seen < 50; ++i) {
    const std::string text = generator.next().text;
    std::smatch match;
    if (!std::regex_search(text, match, subject)) continue;
    ++seen;
    const bool plural = match[1].str().ends_with('s');
    EXPECT_EQ(match[4].str(), plural ? "are" : "is") << text;
    std::string changed = text;
    changed.replace(match.position(4), match.length(4), plural ? "is" : "are");
    EXPECT_ERROR(Error, "cannot stand here", synthetic_bits(changed));
  }
  EXPECT_EQ(seen, 50);
}

TEST(Synthetic, RefusesTextsThatAreNotTheGrammars) {
  SyntheticGenerator generator(8);
  std::string text;
  while (!text.starts_with("The ")) text = generator.next().text;
  const std::pair<std::string, const char*> cases[] = {
      {"", "byte 0: the end cannot stand here"},
      {"Hello world",
       "byte 0: \"Hello\" cannot stand here; the text is not one of the"},
      {text + '.', "\".\" cannot stand here"},
      {text + "\n", "cannot stand here"},
      {text.substr(0, text.find('\n')),
       "the end stands where \"\n\" should be"},
      {text + " ", "comes after the end"},
      {"The  " + text.substr(4), "byte 3: \" \" cannot"},
      {'t' + text.substr(1), "byte 0: \"the\" stands where \"The\" should"}};
  for (const auto& [wrong, message] : cases) {
    EXPECT_ERROR(Error, message, synthetic_bits(wrong));
  }
}

// Separated by a blank line.
std::vector<std::string> read_documents(const std::filesystem::path& path) {
  std::istringstream lines(testing::read_text(path));
  std::vector<std::string> documents(1);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) {
      documents.emplace_back();
    } else {
      documents.back() += (documents.back().empty() ? "" : "\n") + line;
    }
  }
  return documents;
}

TEST(SyntheticCorpus, FilesHoldTheDocumentsAndTheirBits) {
  TempDir dir;
  const auto path = dir / "corpus.txt";
  const auto summary =
      write_synthetic_corpus(path, {.bytes = 200'000, .seed = 9});
  EXPECT_GE(summary.bytes, 200'000);
  EXPECT_LT(summary.bytes, 220'000);

  SyntheticGenerator generator(9);
  std::istringstream bits(testing::read_text(dir / "corpus.txt.bits"));
  std::string line;
  ASSERT_TRUE(std::getline(bits, line));
  EXPECT_EQ(line, "document\tbytes\tbits");
  const auto documents = read_documents(path);
  ASSERT_EQ(std::ssize(documents), summary.documents);
  double total = 0;
  for (int64_t i = 0; i < summary.documents; ++i) {
    const auto expected = generator.next();
    EXPECT_EQ(documents[i], expected.text);
    int64_t number = -1;
    int64_t bytes = -1;
    double own_bits = 0;
    bits >> number >> bytes >> own_bits;
    EXPECT_EQ(number, i);
    EXPECT_EQ(bytes, std::ssize(documents[i]));
    EXPECT_EQ(own_bits, expected.bits); // 17 digits are exact
    total += own_bits;
  }
  EXPECT_FALSE(bits >> line);
  EXPECT_DOUBLE_EQ(summary.bits, total);
  const Json json = summary.to_json();
  EXPECT_EQ(json["bytes"], summary.bytes);
  EXPECT_EQ(json["documents"], summary.documents);
  EXPECT_EQ(json["entropy_bits_per_byte"], total / summary.bytes);
  EXPECT_GT(summary.bits_per_byte(), 0.4);
  EXPECT_LT(summary.bits_per_byte(), 1.3);
}

TEST(SyntheticCorpus, AFullDiskLeavesNeitherFile) {
  TempDir dir;
  // Enough for the bits, not for the text.
  const std::string message = testing::error_on_full_disk(20'000, [&] {
    write_synthetic_corpus(dir / "corpus.txt", {.bytes = 40'000});
  });
  EXPECT_THAT(message, ::testing::HasSubstr("corpus.txt] cannot be written"));
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(SyntheticCorpus, KeepsWhatIsThereUnlessForced) {
  TempDir dir;
  const auto path = dir / "corpus.txt";
  write_synthetic_corpus(path, {.bytes = 1000, .seed = 1});
  const std::string before = testing::read_text(path);
  EXPECT_ERROR(
      Error,
      "corpus.txt exists already; name another file or pass --force",
      write_synthetic_corpus(path, {.bytes = 1000, .seed = 2}));
  EXPECT_EQ(testing::read_text(path), before);
  write_synthetic_corpus(path, {.bytes = 1000, .seed = 2, .force = true});
  EXPECT_NE(testing::read_text(path), before);
  std::filesystem::remove(path);
  EXPECT_ERROR(
      Error,
      "corpus.txt.bits exists already",
      write_synthetic_corpus(path, {.bytes = 1000}));
  EXPECT_ERROR(
      UsageError,
      "give --bytes a positive number",
      write_synthetic_corpus(dir / "none.txt", {.bytes = 0}));
}

} // namespace
} // namespace nanobrain
