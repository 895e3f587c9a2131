#include <limits>

#include "nanobrain/base/error.h"
#include "nanobrain/tokenizer/lexical_tokenizer.h"
#include "tests/support/support.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;
using ::testing::ElementsAre;

namespace {

constexpr int64_t kFixed = 295; // ids that are no learned pieces

/// For so many learned pieces.
std::shared_ptr<const LexicalTokenizer> train(
    const std::vector<std::string>& documents, int64_t places) {
  return trained_on<LexicalTokenizer>(
      documents, {.kind = "lexical", .vocab_size = kFixed + places});
}

std::vector<std::string> learn(
    const std::vector<std::string>& documents, int64_t places) {
  std::vector<std::string> pieces;
  const auto tokenizer = train(documents, places);
  for (const auto& [kind, bytes] : tokenizer->vocabulary()) {
    if (kind == LexicalKind::learned) pieces.push_back(bytes);
  }
  return pieces;
}

std::string repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// 200 words of their own, each seen more often than those after it, and 3,000
/// rare ones that share endings.
std::string skewed_text() {
  std::string text;
  Random random(41);
  for (int i = 0; i < 200; ++i) {
    text += repeat(fmt::format("(w{})", i), 900 - 4 * i);
  }
  for (int i = 0; i < 3000; ++i) {
    text += '\n';
    text += random_of("abcdefghijklmnopqrstuvwxyz", 5, random);
    text += i % 3 == 0 ? "ation" : i % 3 == 1 ? "ness" : "ingly";
  }
  return text;
}

} // namespace

TEST(TrainLexical, FifteenSixteenthsAreTheMostFrequentWords) {
  const std::string text = skewed_text();
  const auto pieces = learn({text}, 160);
  ASSERT_EQ(pieces.size(), 160u);
  for (int i = 0; i < 150; ++i) {
    EXPECT_EQ(pieces[static_cast<size_t>(i)], fmt::format("w{}", i));
  }
  const std::vector<std::string> parts(pieces.begin() + 150, pieces.end());
  for (const char* ending : {"ation", "ness", "ingly"}) {
    EXPECT_THAT(parts, ::testing::Contains(ending));
  }
  for (const auto& part : parts) {
    EXPECT_GE(part.size(), 2u);
    EXPECT_LE(part.size(), 12u);
    size_t at = 0;
    for (int i = 0; i < 50 && at != std::string::npos; ++i) {
      at = text.find(part, at) + 1;
      EXPECT_NE(at, 0u) << part << " is there " << i << " times";
    }
  }
  EXPECT_EQ(learn({text}, 31).size(), 31u);
}

TEST(TrainLexical, AWordIsAnotherWithASpaceBeforeIt) {
  // " cat" five times, "cat" three, "hat" two.
  const std::string text = "cat cat cat\ncat\tcat cat cat cat hat-hat,hat";
  EXPECT_THAT(learn({text}, 4), ElementsAre(" cat", "cat", "hat", " hat"));
}

TEST(TrainLexical, TheSpaceOfAWordIsTheOneThatRunsLeaveOver) {
  // As many each: " a1" after one space and after nine, "a1" otherwise.
  std::string text;
  for (const int spaces : {0, 1, 2, 3, 8, 9, 10, 17}) {
    text += fmt::format("\n{:{}}a1", "", spaces);
  }
  text += "\n a1 a1"; // " a1" five times, and "a1" five times
  const auto tokenizer = train({text}, 2);
  EXPECT_EQ(tokenizer->bytes_of(294), " a1");
  EXPECT_EQ(tokenizer->bytes_of(295), "a1");
  for (const int spaces : {0, 1, 2, 3, 8, 9, 10, 17}) {
    // With the piece that was counted for it.
    const auto ids = tokenizer->encode(std::string(spaces, ' ') + "a1");
    EXPECT_EQ(ids.back(), spaces % 8 == 1 ? 294 : 295) << spaces;
  }
}

TEST(TrainLexical, BreaksTiesByBytesAndTakesNoSingleByte) {
  EXPECT_THAT(
      learn({"dd,cc,bb,ff,ee,aa"}, 4), ElementsAre("aa", "bb", "cc", "dd"));
  EXPECT_THAT(learn({"a,a,a,a b b c1"}, 2), ElementsAre(" b", " c1"));
}

TEST(TrainLexical, WordsTakeThePlacesOfPartsThatThereAreNot) {
  // 40 words, none of whose parts is seen 50 times.
  std::string text;
  for (int i = 10; i < 50; ++i) text += std::to_string(i) + ",";
  EXPECT_EQ(learn({text}, 32).size(), 32u);
  EXPECT_EQ(learn({text}, 40).size(), 40u);
}

TEST(TrainLexical, LongWordsAreNoPiecesButHaveParts) {
  const std::string word(300, 'x');
  const auto pieces = learn({repeat(word + "\n", 60) + "yy yy zz"}, 14);
  EXPECT_THAT(pieces, ::testing::Not(::testing::Contains(word)));
  EXPECT_THAT(pieces, ::testing::Contains(std::string(12, 'x')));
}

TEST(TrainLexical, EncodesLearnedSentencesAWordAToken) {
  const std::string sentence = "The cat sleeps peacefully on the warm mat.";
  auto documents = invented_documents(50);
  for (int i = 0; i < 300; ++i) documents.push_back(sentence);
  EXPECT_EQ(train(documents, 305)->encode(sentence).size(), 9u);
}

TEST(TrainLexical, RefusesWhatCannotBe) {
  EXPECT_ERROR(
      Error,
      "ask for at most",
      train(invented_documents(5), std::numeric_limits<int32_t>::max()));
  EXPECT_ERROR(Error, "there is no word to learn", train({}, 9));
  EXPECT_ERROR(Error, "there is no word to learn", train({"a\n-.b"}, 9));
}

TEST(TrainLexical, TakesAllBytes) {
  const std::string text = repeat("word\xff\xfe word \xc3", 9) + '\0';
  const auto tokenizer = train({text}, 2);
  EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), text);
}

} // namespace nanobrain
