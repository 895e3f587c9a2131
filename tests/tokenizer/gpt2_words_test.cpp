#include "nanobrain/tokenizer/gpt2_words.h"

#include "tests/support/support.h"

namespace nanobrain {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = gpt2_word_end(text, begin);
    EXPECT_GT(end, begin);
    words.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

} // namespace

TEST(Gpt2Words, TakeTheSpaceBeforeThem) {
  EXPECT_THAT(words_of(""), IsEmpty());
  EXPECT_THAT(
      words_of("The cat, 12 cats."),
      ElementsAre("The", " cat", ",", " 12", " cats", "."));
  EXPECT_THAT(words_of("a1b2"), ElementsAre("a", "1", "b", "2"));
  EXPECT_THAT(words_of("x_y ...z"), ElementsAre("x", "_", "y", " ...", "z"));
  EXPECT_THAT(
      words_of("naïve 中文 ½ ٣!"),
      ElementsAre("naïve", " 中文", " ½", " ٣", "!"));
}

TEST(Gpt2Words, PartContractions) {
  EXPECT_THAT(
      words_of("I'm he's can't we'll they'd you're I've"),
      ElementsAre(
          "I",
          "'m",
          " he",
          "'s",
          " can",
          "'t",
          " we",
          "'ll",
          " they",
          "'d",
          " you",
          "'re",
          " I",
          "'ve"));
  // Lower case alone; whatever follows; not after a space or other marks.
  EXPECT_THAT(
      words_of("'S 'tis'sun !'s"),
      ElementsAre("'", "S", " '", "tis", "'s", "un", " !'", "s"));
  EXPECT_THAT(
      words_of("'r'v'l'"), ElementsAre("'", "r", "'", "v", "'", "l", "'"));
  EXPECT_THAT(words_of("'rex'"), ElementsAre("'re", "x", "'"));
}

TEST(Gpt2Words, LeaveTheLastSpaceToWhatFollows) {
  EXPECT_THAT(words_of("a   b"), ElementsAre("a", "  ", " b"));
  EXPECT_THAT(words_of("a   "), ElementsAre("a", "   "));
  EXPECT_THAT(words_of("a\n\nb"), ElementsAre("a", "\n", "\n", "b"));
  EXPECT_THAT(words_of("a \n b"), ElementsAre("a", " \n", " b"));
  EXPECT_THAT(words_of("a \nb"), ElementsAre("a", " ", "\n", "b"));
  EXPECT_THAT(words_of("\tb"), ElementsAre("\t", "b"));
  EXPECT_THAT(
      words_of("a\u00a0\u3000b"), ElementsAre("a", "\u00a0", "\u3000", "b"));
  EXPECT_THAT(words_of("a \u3000"), ElementsAre("a", " \u3000"));
}

} // namespace nanobrain
