#include <algorithm>
#include <map>
#include <string>

#include "nanobrain/base/random.h"
#include "nanobrain/tokenizer_training/trainers.h"
#include "tests/support/support.h"
#include "tests/tokenizer/lexical_small.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;
using ::testing::ElementsAre;

namespace {

/// Random words of few letters, so that parts repeat, and their counts.
std::map<std::string, int64_t> random_words(size_t count, Random& random) {
  std::map<std::string, int64_t> words;
  while (words.size() < count) {
    const std::string space = random.below(2) ? " " : "";
    words[space + random_of("aabcZ_9", 1 + random.below(18), random)] =
        static_cast<int64_t>(1 + random.below(9));
  }
  return words;
}

std::vector<CountedWord> counted(const std::map<std::string, int64_t>& words) {
  std::vector<CountedWord> list;
  for (const auto& [word, count] : words) list.push_back({word, count});
  return list;
}

} // namespace

TEST(FrequentParts, AreThoseThatCountingFinds) {
  Random random(31);
  const auto words = random_words(300, random);
  const auto list = counted(words);
  std::map<std::string_view, int64_t> counts;
  for (const auto& [word, count] : list) {
    for (size_t at = 0; at < word.size(); ++at) {
      for (size_t size = 2; size <= std::min<size_t>(12, word.size() - at);
           ++size) {
        counts[word.substr(at, size)] += count;
      }
    }
  }
  for (const int64_t least : {1, 20, 50}) {
    std::vector<std::string_view> expected;
    for (const auto& [part, count] : counts) {
      if (count >= least) expected.push_back(part);
    }
    EXPECT_EQ(frequent_parts(list, least, 12), expected) << least;
    EXPECT_GT(expected.size(), 50u);
  }
  EXPECT_THAT(frequent_parts({}, 1, 12), ElementsAre());
}

TEST(ChooseSubwords, TakesWhatSavesTheMostTokens) {
  // "ing" saves two tokens 100 times, "ab" one 150 times, "zzzz" three ten
  // times. Beside "in" the "ing" saves one, so that "ab" comes first; "in"
  // itself is not used.
  const std::vector<CountedWord> rare = {
      {"xing", 60}, {"ying", 40}, {"abx", 150}, {"zzzz", 10}};
  const std::vector<std::string_view> candidates = {"ab", "in", "ing", "zzzz"};
  const std::vector<std::string_view> best = {"ab", "ing", "zzzz", "in"};
  EXPECT_EQ(choose_subwords(candidates, {}, rare, 4), best);
  EXPECT_EQ(choose_subwords(candidates, {}, rare, 9), best);
  EXPECT_THAT(
      choose_subwords(candidates, {}, rare, 3),
      ElementsAre("ing", "ab", "zzzz"));
  EXPECT_THAT(
      choose_subwords(candidates, {}, rare, 2), ElementsAre("ing", "ab"));
  EXPECT_THAT(choose_subwords(candidates, {}, rare, 0), ElementsAre());
  EXPECT_THAT(choose_subwords({}, {}, rare, 3), ElementsAre());
}

TEST(ChooseSubwords, CountsWholeWordsAsPieces) {
  // The whole word "work" leaves one byte of "works", as "orks" would.
  const std::vector<CountedWord> rare = {{"works", 100}, {"abc", 30}};
  const std::vector<std::string_view> candidates = {"abc", "orks"};
  EXPECT_THAT(choose_subwords(candidates, {}, rare, 1), ElementsAre("orks"));
  const std::vector<CountedWord> whole = {{"work", 1000}};
  EXPECT_THAT(choose_subwords(candidates, whole, rare, 1), ElementsAre("abc"));
}

TEST(ChooseSubwords, BreaksTiesByBytes) {
  const std::vector<CountedWord> rare = {{"bb", 5}, {"aa", 5}, {"cc", 5}};
  EXPECT_THAT(
      choose_subwords({"cc", "bb", "aa"}, {}, rare, 2),
      ElementsAre("aa", "bb"));
}

TEST(ChooseSubwords, SavesMoreThanTheMostFrequentParts) {
  Random random(32);
  const auto words = random_words(400, random);
  const auto rare = counted(words);
  const auto candidates = frequent_parts(rare, 10, 12);
  const auto tokens_with = [&](const std::vector<std::string_view>& parts) {
    const LexicalTokenizer tokenizer(
        lexical_vocabulary({parts.begin(), parts.end()}));
    int64_t tokens = 0;
    for (const auto& [word, count] : rare) {
      tokens += count * static_cast<int64_t>(tokenizer.encode(word).size());
    }
    return tokens;
  };
  const auto occurrences = [&](std::string_view part) {
    int64_t total = 0;
    for (const auto& [word, count] : rare) {
      for (size_t at = word.find(part); at != std::string_view::npos;
           at = word.find(part, at + 1)) {
        total += count;
      }
    }
    return total;
  };
  const auto chosen = choose_subwords(candidates, {}, rare, 40);
  ASSERT_EQ(chosen.size(), 40u);
  auto frequent = candidates;
  std::ranges::sort(frequent, std::ranges::greater(), occurrences);
  frequent.resize(40);
  EXPECT_LT(tokens_with(chosen), tokens_with(frequent));
}

} // namespace nanobrain
