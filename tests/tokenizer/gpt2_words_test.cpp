#include "nanobrain/tokenizer/gpt2_words.h"

#include "tests/support/support.h"

namespace nanobrain {

namespace {

/// The words of a text, bars between them.
std::string words_of(const std::string& text) {
  std::string words;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = gpt2_word_end(text, begin);
    EXPECT_GT(end, begin);
    words += (begin == 0 ? "" : "|") + text.substr(begin, end - begin);
    begin = end;
  }
  return words;
}

} // namespace

TEST(Gpt2Words, TakeTheSpaceBeforeThem) {
  EXPECT_EQ(words_of(""), "");
  EXPECT_EQ(words_of("The cat, 12 cats."), "The| cat|,| 12| cats|.");
  EXPECT_EQ(words_of("a1b2"), "a|1|b|2");
  EXPECT_EQ(words_of("x_y ...z"), "x|_|y| ...|z");
  EXPECT_EQ(words_of("naïve 中文 ½ ٣!"), "naïve| 中文| ½| ٣|!");
}

TEST(Gpt2Words, PartContractions) {
  EXPECT_EQ(
      words_of("I'm he's can't we'll they'd you're I've"),
      "I|'m| he|'s| can|'t| we|'ll| they|'d| you|'re| I|'ve");
  // Lower case alone; whatever follows; not after a space or other marks.
  EXPECT_EQ(words_of("'S 'tis'sun !'s"), "'|S| '|tis|'s|un| !'|s");
  EXPECT_EQ(words_of("'r'v'l'"), "'|r|'|v|'|l|'");
  EXPECT_EQ(words_of("'rex'"), "'re|x|'");
}

TEST(Gpt2Words, LeaveTheLastSpaceToWhatFollows) {
  EXPECT_EQ(words_of("a   b"), "a|  | b");
  EXPECT_EQ(words_of("a   "), "a|   ");
  EXPECT_EQ(words_of("a\n\nb"), "a|\n|\n|b");
  EXPECT_EQ(words_of("a \n b"), "a| \n| b");
  EXPECT_EQ(words_of("a \nb"), "a| |\n|b");
  EXPECT_EQ(words_of("\tb"), "\t|b");
  EXPECT_EQ(words_of("a\u00a0\u3000b"), "a|\u00a0|\u3000|b");
  EXPECT_EQ(words_of("a \u3000"), "a| \u3000");
}

} // namespace nanobrain
