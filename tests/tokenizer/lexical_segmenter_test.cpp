#include "nanobrain/tokenizer/lexical_segmenter.h"

#include <algorithm>
#include <set>

#include "nanobrain/base/random.h"
#include "tests/support/support.h"
#include "tests/tokenizer/lexical_small.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;

namespace {

struct Case {
  std::vector<std::string> learned;
  std::string text;
  std::string parts; // pieces with bars between them; byte ids in brackets
};

void expect_parts(const std::vector<Case>& cases) {
  for (const auto& [learned, text, parts] : cases) {
    const LexicalTokenizer tokenizer(lexical_vocabulary(learned));
    std::string joined;
    for (const TokenId id : tokenizer.encode(text)) {
      if (!joined.empty()) joined += '|';
      const std::string bytes(tokenizer.bytes_of(id));
      joined += id < 256 ? "[" + bytes + "]" : bytes;
    }
    EXPECT_EQ(joined, parts);
  }
}

} // namespace

TEST(LexicalSegmenter, TakesTheFewestTokensThenTheFewestBytesThenTheLongest) {
  expect_parts(
      {{{"abc", "ab", "cde", "d", "e"}, "abcde", "ab|cde"},
       {{"abcd", "abc", "def", "ef"}, "abcdef", "abcd|ef"},
       {{" the", "the"}, "the the", "the| the"},
       // Two tokens either way.
       {{"abc", "ab", "cd"}, "abcd", "ab|cd"},
       {{"a"}, "a", "a"}, // though the byte is one token too
       // The longest first.
       {{"ab", "abc", "cde", "de"}, "abcde", "abc|de"},
       {{"aa"}, "aaaaa", "aa|aa|[a]"},
       {{"xa", "xab", "bcd", "cd", "yy"}, "xabcdyy", "xab|cd|yy"}});
}

TEST(LexicalSegmenter, ASpaceBelongsToTheWordWhereThatSavesATokenOrAByte) {
  expect_parts(
      {{{"cat", " cat"}, "a cat", "[a]| cat"},
       {{"cat"}, "a cat", "[a]|[ ]|cat"},
       // Two tokens each; a run of two leaves no byte.
       {{"cat", " cat"}, "  cat", "  |cat"},
       {{" cat"}, "  cat", "[ ]| cat"},
       {{"cat"}, "  cat", "  |cat"},
       // As many tokens and bytes: the longer run first.
       {{"cat", " cat"}, "   cat", "   |cat"},
       {{" cat"}, "   cat", "  | cat"},
       {{"cat", " cat"}, "         cat", "        | cat"},
       {{}, " x", "[ ]|[x]"},
       {{}, "  x", "  |[x]"}});
}

TEST(LexicalSegmenter, RunsOfSpacesTakeAsFewTokensAsThereCanBe) {
  const std::string seven(7, ' '), eight(8, ' ');
  expect_parts(
      {{{}, " ", "[ ]"},
       {{}, "  ", "  "},
       {{}, eight, eight},
       // Nine: seven and two leave no byte, eight and one do.
       {{}, eight + " ", seven + "|  "},
       {{}, eight + "  ", eight + "|  "}});
}

TEST(LexicalSegmenter, IsTheBestOfAllWays) {
  Random random(11);
  int64_t pieces_used = 0;
  for (int round = 0; round < 400; ++round) {
    std::set<std::string> learned;
    for (uint64_t n = random.below(12); n > 0; --n) {
      std::string piece = random.below(2) ? " " : "";
      piece += random_of("ab", random.below(5), random);
      if (piece != "" && piece != " ") learned.insert(piece);
    }
    const auto vocabulary =
        lexical_vocabulary({learned.begin(), learned.end()});
    const LexicalTokenizer tokenizer(vocabulary);
    for (int i = 0; i < 20; ++i) {
      std::string text = random_of("aaabbb  -", random.below(11), random);
      for (char& c : text) { // any byte now and then
        if (random.below(8) == 0) c = static_cast<char>(random.below(256));
      }
      const auto ids = tokenizer.encode(text);
      ASSERT_EQ(ids, try_all_ways(vocabulary, text))
          << '"' << text << "\" of " << ::testing::PrintToString(learned);
      pieces_used += std::ranges::count_if(ids, [](TokenId id) {
        return id >= static_cast<TokenId>(kLexicalBasePieces);
      });
    }
  }
  EXPECT_GT(pieces_used, 5000); // or the rounds would compare bytes alone
}

TEST(LexicalSegmenter, KeepsToPiecesNotLongerThanAsked) {
  const std::vector<std::string> pieces = {"ab", "abc", "abcd", "cd"};
  std::vector<LexicalSegmenter::Entry> entries;
  for (const auto& piece : pieces) {
    entries.push_back({piece, static_cast<TokenId>(300 + entries.size())});
  }
  const LexicalSegmenter segmenter(entries);
  std::vector<TokenId> ids;
  segmenter.append("abcd", ids);
  segmenter.append("abcd", ids, 3);
  EXPECT_EQ(ids, (std::vector<TokenId>{302, 300, 303}));
}

TEST(LexicalSegmenter, TakesPiecesOfTheGreatestLength) {
  const std::string longest(kMaxPieceBytes, 'a');
  const LexicalTokenizer tokenizer(lexical_vocabulary({longest, "ab"}));
  for (const size_t letters : {254, 255, 256, 509, 510, 511, 1300}) {
    const std::string text = std::string(letters, 'a') + "b";
    const auto ids = tokenizer.encode(text);
    const auto tokens_of = [](size_t count) {
      return count / kMaxPieceBytes + count % kMaxPieceBytes;
    };
    // The b goes with the last letter, or by itself.
    EXPECT_EQ(
        ids.size(), 1 + std::min(tokens_of(letters - 1), tokens_of(letters)))
        << letters;
    EXPECT_EQ(tokenizer.decode(ids), text);
  }
}

} // namespace nanobrain
