#include "nanobrain/tokenizer_training/word_counts.h"

#include "nanobrain/base/utf8.h"
#include "tests/support/support.h"

namespace nanobrain {

using namespace testing;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

namespace {

std::vector<std::pair<std::string, int64_t>> counts_of(
    const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, int64_t>> list;
  for (const auto& [word, count] : count_words(texts)) {
    list.emplace_back(word, count);
  }
  return list;
}

} // namespace

TEST(CountWords, AWordBeginsWithItsSpace) {
  EXPECT_THAT(
      counts_of({"the cat the", "the  end."}),
      UnorderedElementsAre(
          Pair("the", 2),
          Pair(" cat", 1),
          Pair(" the", 1),
          Pair(" ", 1),
          Pair(" end.", 1)));
}

TEST(CountWords, SomeCharactersPartWordsAndStayOut) {
  using namespace std::string_literals;
  EXPECT_THAT(
      counts_of({"a\nb\tc\0d\u2581e\u2585f\u2582g h\n i\n"s}),
      UnorderedElementsAre(
          Pair("a", 1),
          Pair("b", 1),
          Pair("c", 1),
          Pair("d", 1),
          Pair("e", 1),
          Pair("f\u2582g", 1),
          Pair(" h", 1),
          Pair(" i", 1)));
}

TEST(CountWords, CutsLongWordsBetweenCharacters) {
  std::string word = "x";
  for (int i = 0; i < 1000; ++i) word += "学";
  size_t bytes = 0;
  const std::vector<std::string> texts = {word};
  for (const auto& [part, count] : count_words(texts)) {
    EXPECT_LE(part.size(), 1024u);
    EXPECT_TRUE(is_valid_utf8(part));
    bytes += part.size() * static_cast<size_t>(count);
  }
  EXPECT_EQ(bytes, word.size());
}

} // namespace nanobrain
