// The synthetic corpus: one derivation a text, and its exact probability.
#include "nanobrain/data/synthetic.h"

#include <cmath>
#include <regex>
#include <sstream>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/data/documents.h"
#include "nanobrain/data/grammar.h"
#include "tests/data/derivation_search.h"
#include "tests/support/child.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::TempDir;

TEST(Synthetic, ParsingGivesTheBitsThatWereDrawn) {
  SyntheticGenerator generator(1);
  for (int i = 0; i < 500; ++i) {
    const auto document = generator.next();
    // Sums of a few hundred terms in double.
    EXPECT_NEAR(synthetic_bits(document.text) / document.bits, 1.0, 1e-9)
        << document.text;
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
      "s = {noun.sg>X} $rest\nrest = and {X} | or {noun.sg}",
      Lexicon({{"noun", {"sg"}, {{{"cat"}, 0, 1}, {{"catx"}, 1, 3}}}}));
  EXPECT_EQ(testing::find_derivations(grammar, "Cat and cat").count, 1);
  EXPECT_EQ(testing::find_derivations(grammar, "Cat and catx").count, 0);
  EXPECT_EQ(testing::find_derivations(grammar, "Cat or catx").count, 1);
  EXPECT_EQ(testing::find_derivations(grammar, "cat or catx").count, 0);
}

// Mean and its standard error over what `draw` gives.
template <class Draw>
std::pair<double, double> mean_of(int count, Draw&& draw) {
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < count; ++i) {
    const double x = draw();
    sum += x;
    squares += x * x;
  }
  const double mean = sum / count;
  return {mean, std::sqrt((squares / count - mean * mean) / count)};
}

TEST(Synthetic, MeanBitsAreTheEntropyWorkedOutByHand) {
  // Three more words for every stop: 4 words and 4 decisions on average. The
  // words' entropy is that of (1, 3) / 4, which the decision's is too.
  const Grammar grammar(
      "s = {noun.sg} $more\nmore = 3 , {noun.sg} $more | 1 ()",
      Lexicon({{"noun", {"sg"}, {{{"cat"}, -1, 1}, {{"dog"}, -1, 3}}}}));
  const double quarter = 2 - 0.75 * std::log2(3.0);
  SyntheticGenerator generator(grammar, 3);
  const auto [mean, error] =
      mean_of(20'000, [&] { return generator.next().bits; });
  EXPECT_NEAR(mean, 8 * quarter, 4 * error);
  EXPECT_LT(error, 0.1);
}

TEST(Synthetic, MeanBitsAreTheEntropyOfTheChoicesTaken) {
  // Given what came before, the bits of a choice are its entropy on average: so
  // the difference of the two sums has mean 0, if texts are drawn as claimed.
  SyntheticGenerator generator(4);
  const auto [mean, error] = mean_of(150, [&] {
    const auto document = generator.next();
    const auto all =
        testing::find_derivations(english_grammar(), document.text);
    return document.bits - all.entropy;
  });
  EXPECT_LT(std::abs(mean), 4 * error);
  EXPECT_LT(error, 5.0); // of some 700 bits
}

TEST(Synthetic, TheSameSeedGivesTheSameBytesEverywhere) {
  SyntheticGenerator generator(42);
  std::string texts;
  for (int i = 0; i < 200; ++i) texts += generator.next().text + "\n\n";
  // Changes only with the grammar, the lexicon or the order of the draws.
  EXPECT_EQ(
      sha256_hex(texts),
      "a21e654d16aa7228d1c9f9e7af95c12c06c23d8e825532dd4e07b401de4924d8");
}

TEST(Synthetic, OtherSeedsGiveOtherTexts) {
  EXPECT_NE(
      SyntheticGenerator(1).next().text, SyntheticGenerator(2).next().text);
}

TEST(Synthetic, DocumentsAreLinesWithoutBlankOnes) {
  SyntheticGenerator generator(5);
  for (int i = 0; i < 300; ++i) {
    const std::string text = generator.next().text;
    ASSERT_FALSE(text.empty());
    EXPECT_EQ(text.find("\n\n"), std::string::npos);
    EXPECT_NE(text.front(), '\n');
    EXPECT_NE(text.back(), '\n');
  }
}

TEST(Synthetic, LaterSentencesDependOnEarlierOnes) {
  const std::regex title("The (\\w+) of (\\w+)\n");
  const std::regex sum(
      "are (\\d+) \\w+ at the \\w+ and (\\d+) at the \\w+, so "
      "(\\w+) has (\\d+) in all");
  const std::regex these("[Tt]hese (\\w+)");
  const std::regex aged(
      "in (\\d+) and became an? \\w+ \\w+ at the age of "
      "(\\d+)\\. By (\\d+) (she|he) ");
  SyntheticGenerator generator(6);
  int sums = 0;
  int recalls = 0;
  int ages = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = generator.next().text;
    std::smatch head;
    if (!std::regex_search(text, head, title)) continue;
    if (head.position() != 0) continue;
    using Matches = std::sregex_iterator;
    for (Matches m(text.begin(), text.end(), sum); m != Matches(); ++m) {
      EXPECT_EQ(std::stoi((*m)[1]) + std::stoi((*m)[2]), std::stoi((*m)[4]));
      EXPECT_EQ((*m)[3], head[2]);
      ++sums;
    }
    for (Matches m(text.begin(), text.end(), these); m != Matches(); ++m) {
      EXPECT_EQ((*m)[1], head[1]);
      ++recalls;
    }
    for (Matches m(text.begin(), text.end(), aged); m != Matches(); ++m) {
      EXPECT_EQ(std::stoi((*m)[1]) + std::stoi((*m)[2]), std::stoi((*m)[3]));
      ++ages;
    }
  }
  EXPECT_GT(sums, 20);
  EXPECT_GT(recalls, 100);
  EXPECT_GT(ages, 20);
}

TEST(Synthetic, SubjectAndVerbAgreeOverADistance) {
  const Grammar& grammar = english_grammar();
  const Lexicon& lexicon = grammar.lexicon();
  const int noun = lexicon.find_class("noun");
  // "The sails near the old mill is" is no text of the grammar, whatever the
  // noun between.
  const std::regex subject(
      "\\. The (\\w+) (near|behind|beside|below) the (\\w+) (is|are) ");
  SyntheticGenerator generator(7);
  int seen = 0;
  for (int i = 0; i < 2000 && seen < 50; ++i) {
    const std::string text = generator.next().text;
    std::smatch match;
    if (!std::regex_search(text, match, subject)) continue;
    const auto* entry = lexicon.find(match[1].str());
    if (!entry || entry->word_class != noun) continue;
    ++seen;
    EXPECT_EQ(match[4].str(), entry->form == 0 ? "is" : "are") << text;
    const std::string wrong = entry->form == 0 ? "are" : "is";
    std::string changed = text;
    changed.replace(match.position(4), match.length(4), wrong);
    EXPECT_ERROR(Error, "cannot stand here", synthetic_bits(changed));
  }
  EXPECT_GT(seen, 10);
}

TEST(Synthetic, RefusesTextsThatAreNotTheGrammars) {
  SyntheticGenerator generator(8);
  const std::string text = generator.next().text;
  EXPECT_ERROR(Error, "byte 0: the end cannot stand here", synthetic_bits(""));
  EXPECT_ERROR(
      Error, "byte 0: \"Hello\" is no word", synthetic_bits("Hello world"));
  EXPECT_ERROR(Error, "\".\" cannot stand here", synthetic_bits(text + '.'));
  EXPECT_ERROR(Error, "cannot stand here", synthetic_bits(text + "\n"));
  EXPECT_ERROR(
      Error,
      "the end cannot stand here",
      synthetic_bits(text.substr(0, text.find('\n'))));
  EXPECT_ERROR(Error, "is not how it is written", synthetic_bits(text + " "));
  const size_t space = text.find(' ');
  const std::string spaced = text.substr(0, space) + ' ' + text.substr(space);
  EXPECT_ERROR(Error, "is not how it is written", synthetic_bits(spaced));
  std::string lower = text;
  lower[0] = static_cast<char>(std::tolower(lower[0]));
  EXPECT_ERROR(Error, "byte 0: ", synthetic_bits(lower));
}

std::vector<std::string> read_documents(const std::filesystem::path& path) {
  const auto reader = open_documents({path});
  std::vector<std::string> documents;
  for (std::string text; reader->next(text);) documents.push_back(text);
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
  const auto child = testing::run_in_child([&] {
    ignore_file_signals();
    testing::limit_file_size(20'000); // enough for the bits, not for the text
    write_synthetic_corpus(dir / "corpus.txt", {.bytes = 40'000});
    return std::string("nothing was thrown");
  });
  EXPECT_THAT(
      child.text, ::testing::HasSubstr("corpus.txt] cannot be written"));
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
