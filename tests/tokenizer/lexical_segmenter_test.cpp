#include "nanobrain/tokenizer/lexical_segmenter.h"

#include <algorithm>
#include <set>

#include "nanobrain/base/random.h"
#include "tests/support/support.h"
#include "tests/tokenizer/lexical_small.h"

namespace nanobrain {

using namespace testing;

namespace {

/// The pieces of an encoded text, bars between them; byte ids in brackets.
std::string parts(
    const std::vector<std::string>& learned, const std::string& text) {
  const LexicalTokenizer tokenizer(lexical_vocabulary(learned));
  std::string joined;
  for (const TokenId id : tokenizer.encode(text)) {
    if (!joined.empty()) joined += '|';
    const std::string bytes(tokenizer.bytes_of(id));
    joined += id < 256 ? "[" + bytes + "]" : bytes;
  }
  return joined;
}

std::string random_of(std::string_view letters, size_t most, Random& random) {
  std::string text;
  for (uint64_t n = random.below(most + 1); n > 0; --n) {
    text += letters[random.below(letters.size())];
  }
  return text;
}

} // namespace

TEST(LexicalSegmenter, TakesTheFewestTokens) {
  EXPECT_EQ(parts({"abc", "ab", "cde", "d", "e"}, "abcde"), "ab|cde");
  EXPECT_EQ(parts({"abcd", "abc", "def", "ef"}, "abcdef"), "abcd|ef");
  EXPECT_EQ(parts({" the", "the"}, "the the"), "the| the");
}

TEST(LexicalSegmenter, ThenLeavesTheFewestBytes) {
  // Two tokens either way.
  EXPECT_EQ(parts({"abc", "ab", "cd"}, "abcd"), "ab|cd");
  EXPECT_EQ(parts({"a"}, "a"), "a"); // though the byte is one token too
}

TEST(LexicalSegmenter, ThenTakesTheLongestFirst) {
  EXPECT_EQ(parts({"ab", "abc", "cde", "de"}, "abcde"), "abc|de");
  EXPECT_EQ(parts({"aa"}, "aaaaa"), "aa|aa|[a]");
  EXPECT_EQ(parts({"xa", "xab", "bcd", "cd", "yy"}, "xabcdyy"), "xab|cd|yy");
}

TEST(LexicalSegmenter, ASpaceBelongsToTheWordWhereThatSavesATokenOrAByte) {
  EXPECT_EQ(parts({"cat", " cat"}, "a cat"), "[a]| cat");
  EXPECT_EQ(parts({"cat"}, "a cat"), "[a]|[ ]|cat");
  // Two tokens each; a run of two leaves no byte.
  EXPECT_EQ(parts({"cat", " cat"}, "  cat"), "  |cat");
  EXPECT_EQ(parts({" cat"}, "  cat"), "[ ]| cat");
  EXPECT_EQ(parts({"cat"}, "  cat"), "  |cat");
  // As many tokens and bytes: the longer run first.
  EXPECT_EQ(parts({"cat", " cat"}, "   cat"), "   |cat");
  EXPECT_EQ(parts({" cat"}, "   cat"), "  | cat");
  EXPECT_EQ(parts({"cat", " cat"}, "         cat"), "        | cat");
  EXPECT_EQ(parts({}, " x"), "[ ]|[x]");
  EXPECT_EQ(parts({}, "  x"), "  |[x]");
}

TEST(LexicalSegmenter, RunsOfSpacesTakeAsFewTokensAsThereCanBe) {
  EXPECT_EQ(parts({}, " "), "[ ]");
  EXPECT_EQ(parts({}, "  "), "  ");
  EXPECT_EQ(parts({}, std::string(8, ' ')), std::string(8, ' '));
  // Nine: seven and two leave no byte, eight and one do.
  EXPECT_EQ(parts({}, std::string(9, ' ')), std::string(7, ' ') + "|" + "  ");
  EXPECT_EQ(parts({}, std::string(10, ' ')), std::string(8, ' ') + "|" + "  ");
}

TEST(LexicalSegmenter, IsTheBestOfAllWays) {
  Random random(11);
  int64_t pieces_used = 0;
  for (int round = 0; round < 400; ++round) {
    std::set<std::string> learned;
    for (uint64_t n = random.below(12); n > 0; --n) {
      std::string piece = random.below(2) ? " " : "";
      piece += random_of("ab", 4, random);
      if (piece != "" && piece != " ") learned.insert(piece);
    }
    const auto vocabulary =
        lexical_vocabulary({learned.begin(), learned.end()});
    const LexicalTokenizer tokenizer(vocabulary);
    for (int i = 0; i < 20; ++i) {
      const std::string text = random_of("aaabbb  -", 10, random);
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
