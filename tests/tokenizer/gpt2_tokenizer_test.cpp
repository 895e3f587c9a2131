#include "nanobrain/tokenizer/gpt2_tokenizer.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "tests/support/support.h"
#include "tests/tokenizer/gpt2_small.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;

namespace {

/// Byte pair encoding as the paper tells it: over and over the neighbours that
/// are listed first, the leftmost of them. Of one word, in names.
std::string merge_plainly(const std::string& word, const NamedMerges& merges) {
  std::vector<std::string> pieces;
  for (const char byte : word) {
    pieces.push_back(gpt2_name(std::string(1, byte)));
  }
  while (true) {
    size_t best_rank = merges.size(), best = 0;
    for (size_t i = 1; i < pieces.size(); ++i) {
      const auto found =
          std::ranges::find(merges, std::pair(pieces[i - 1], pieces[i]));
      const auto rank = static_cast<size_t>(found - merges.begin());
      if (rank < best_rank) {
        best_rank = rank;
        best = i;
      }
    }
    if (best_rank == merges.size()) break;
    pieces[best - 1] += pieces[best];
    pieces.erase(pieces.begin() + static_cast<ptrdiff_t>(best));
  }
  std::string joined;
  for (const auto& piece : pieces) joined += piece + "|";
  return joined;
}

std::string names_of(const Tokenizer& tokenizer, const std::string& text) {
  std::string joined;
  for (const TokenId id : tokenizer.encode(text)) {
    joined += gpt2_name(tokenizer.bytes_of(id)) + "|";
  }
  return joined;
}

} // namespace

TEST(Gpt2Tokenizer, MergesInTheOrderOfTheListByPairs) {
  const auto tokenizer = gpt2_tokenizer(gpt2_text(
      {{"b", "c"}, {"a", "b"}, {"a", "bc"}, {"a", "a"}, {"aa", "a"}}));
  for (const auto& [text, names] :
       {std::pair("abc", "abc|"),
        {"abab", "ab|ab|"},
        {"aaaaa", "aa|aaa|"},
        {"aaabc", "aa|abc|"}}) {
    EXPECT_EQ(names_of(*tokenizer, text), names);
  }
  // "abc" is a piece, but only of "a" and "bc".
  const auto other =
      gpt2_tokenizer(gpt2_text({{"a", "b"}, {"b", "c"}, {"a", "bc"}}));
  EXPECT_EQ(names_of(*other, "abc"), "ab|c|");
}

TEST(Gpt2Tokenizer, MergesAsThePlainAlgorithmDoes) {
  Random random(31);
  for (int round = 0; round < 40; ++round) {
    // Any pieces of few letters, so that merges overlap and pieces are made in
    // several ways; also in an order that no training gives.
    std::vector<std::string> pieces = {"a", "b", "c"};
    NamedMerges merges;
    while (merges.size() < 40) {
      const std::pair pair(
          pieces[random.below(pieces.size())],
          pieces[random.below(pieces.size())]);
      if (std::ranges::find(merges, pair) != merges.end()) continue;
      merges.push_back(pair);
      pieces.push_back(pair.first + pair.second);
    }
    for (size_t i = merges.size() - 1; i > 0 && round % 2 == 1; --i) {
      std::swap(merges[i], merges[random.below(i + 1)]);
    }
    const auto tokenizer = gpt2_tokenizer(gpt2_text(merges));
    for (int i = 0; i < 50; ++i) {
      const std::string word = random_of("abc", 1 + random.below(60), random);
      ASSERT_EQ(names_of(*tokenizer, word), merge_plainly(word, merges));
    }
  }
}

TEST(Gpt2Tokenizer, ALongWordBeginsAsItsBeginningDoes) {
  Random random(32);
  const std::string letters = random_of("abeingr", 3'000'000, random);
  const std::string whole = names_of(*small_gpt2_tokenizer(), letters);
  const std::string plain =
      merge_plainly(letters.substr(0, 400), learned_merges());
  EXPECT_EQ(whole.substr(0, 250), plain.substr(0, 250));
}

TEST(Gpt2Tokenizer, SavesAndLoads) {
  const TempDir dir;
  const auto tokenizer = small_gpt2_tokenizer();
  tokenizer->save(dir / "saved");
  Gpt2Text text = gpt2_text(learned_merges());
  text.write(dir / "given");
  std::filesystem::create_directories(dir / "openai");
  write_text(dir / "openai" / "encoder.json", text.vocab);
  write_text(dir / "openai" / "vocab.bpe", text.merges);
  const std::string prose = invented_documents(1, 35)[0];
  for (const auto& path :
       {dir / "saved",
        dir / "given",
        dir / "openai",
        dir / "saved" / "vocab.json",
        dir / "openai" / "vocab.bpe"}) {
    const auto loaded = load_tokenizer(path);
    EXPECT_EQ(loaded->kind(), "gpt2") << path;
    EXPECT_EQ(loaded->hash(), tokenizer->hash()) << path;
    EXPECT_EQ(loaded->encode(prose), tokenizer->encode(prose)) << path;
  }
  EXPECT_EQ(read_text(dir / "saved" / "merges.txt"), text.merges);
}

TEST(Gpt2Tokenizer, OtherMergesHaveAnotherHash) {
  const auto hash = [](const NamedMerges& merges) {
    return gpt2_tokenizer(gpt2_text(merges))->hash();
  };
  EXPECT_NE(hash({{"a", "b"}, {"b", "a"}}), hash({{"b", "a"}, {"a", "b"}}));
  // The same pieces, made from others.
  EXPECT_NE(
      hash({{"a", "b"}, {"b", "c"}, {"a", "bc"}}),
      hash({{"a", "b"}, {"b", "c"}, {"ab", "c"}}));
}

} // namespace nanobrain
