#include "nanobrain/tokenizer/gpt2_tokenizer.h"

#include <algorithm>
#include <map>

#include "nanobrain/base/error.h"
#include "nanobrain/tokenizer/gpt2_names.h"
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

void expect_lossless(const Tokenizer& tokenizer, const std::string& text) {
  const auto ids = tokenizer.encode(text);
  EXPECT_EQ(tokenizer.decode(ids), text);
  EXPECT_EQ(std::ranges::count(ids, tokenizer.end_of_text()), 0) << text;
}

} // namespace

TEST(Gpt2Tokenizer, GivesTextsBack) {
  for (const auto& text : hard_texts()) {
    expect_lossless(*small_gpt2_tokenizer(), text);
  }
  Random random(30);
  for (int i = 0; i < 3000; ++i) {
    expect_lossless(*small_gpt2_tokenizer(), random_text(random));
  }
  expect_lossless(*small_gpt2_tokenizer(), every_code_point());
}

TEST(Gpt2Tokenizer, MergesInTheOrderOfTheList) {
  const auto tokenizer = gpt2_tokenizer(gpt2_text(
      {{"b", "c"}, {"a", "b"}, {"a", "bc"}, {"a", "a"}, {"aa", "a"}}));
  EXPECT_EQ(names_of(*tokenizer, "abc"), "abc|");
  EXPECT_EQ(names_of(*tokenizer, "abab"), "ab|ab|");
  EXPECT_EQ(names_of(*tokenizer, "aaaaa"), "aa|aaa|");
  EXPECT_EQ(names_of(*tokenizer, "aaabc"), "aa|abc|");
}

TEST(Gpt2Tokenizer, MergesByPairsNotByWhatTheyMake) {
  // "abc" is a piece, but only of "a" and "bc".
  const auto tokenizer =
      gpt2_tokenizer(gpt2_text({{"a", "b"}, {"b", "c"}, {"a", "bc"}}));
  EXPECT_EQ(names_of(*tokenizer, "abc"), "ab|c|");
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
      std::string word;
      for (uint64_t n = 1 + random.below(60); n > 0; --n) {
        word += "abc"[random.below(3)];
      }
      ASSERT_EQ(names_of(*tokenizer, word), merge_plainly(word, merges));
    }
  }
}

TEST(Gpt2Tokenizer, EncodesWordsOfMegabytes) {
  Random random(32);
  std::string letters;
  while (letters.size() < 3'000'000) letters += "abeingr"[random.below(7)];
  expect_lossless(*small_gpt2_tokenizer(), letters);
  for (const char* unit : {" ", "a", "\n", "'", "é"}) {
    std::string text;
    while (text.size() < 3'000'000) text += unit;
    expect_lossless(*small_gpt2_tokenizer(), text);
  }
  // Its parts are encoded alike but near their ends, by the plain algorithm.
  const std::string part = letters.substr(0, 400);
  const std::string whole = names_of(*small_gpt2_tokenizer(), letters);
  const std::string plain = merge_plainly(part, learned_merges());
  EXPECT_EQ(whole.substr(0, 250), plain.substr(0, 250));
}

TEST(Gpt2Tokenizer, PartsAreTheWhole) {
  std::string text;
  while (text.size() < 400'000) {
    for (const auto& document : invented_documents(100, 33)) text += document;
  }
  std::vector<TokenId> ids;
  int parts = 0;
  small_gpt2_tokenizer()->encode_parts(
      text, [&](std::span<const TokenId> part) {
        ids.insert(ids.end(), part.begin(), part.end());
        ++parts;
      });
  EXPECT_GT(parts, 1);
  EXPECT_EQ(ids, small_gpt2_tokenizer()->encode(text));
}

TEST(Gpt2Tokenizer, EncodesOnThreadsInOrder) {
  const auto documents = invented_documents(200, 34);
  std::vector<std::vector<TokenId>> expected;
  for (const auto& text : documents) {
    expected.push_back(small_gpt2_tokenizer()->encode(text));
  }
  for (const int64_t threads : {1, 5, 0}) {
    EXPECT_EQ(
        encode_all(*small_gpt2_tokenizer(), documents, threads), expected);
  }
}

TEST(Gpt2Tokenizer, KnowsTheBytesOfEachId) {
  const auto tokenizer = small_gpt2_tokenizer();
  EXPECT_EQ(tokenizer->kind(), "gpt2");
  EXPECT_EQ(tokenizer->end_of_text(), tokenizer->vocab_size() - 1);
  EXPECT_EQ(tokenizer->bytes_of(tokenizer->end_of_text()), "");
  EXPECT_EQ(tokenizer->bytes_of(0), "!");
  for (TokenId id = 0; id < tokenizer->end_of_text(); ++id) {
    EXPECT_FALSE(tokenizer->bytes_of(id).empty());
  }
  EXPECT_ERROR(
      Error,
      fmt::format("the id {0} is not in [0, {0})", tokenizer->vocab_size()),
      tokenizer->bytes_of(tokenizer->end_of_text() + 1));
  EXPECT_ERROR(Error, "the id -1 is not in", tokenizer->bytes_of(-1));
}

TEST(Gpt2Tokenizer, RefusesInvalidUtf8) {
  EXPECT_ERROR(
      Error,
      "not valid UTF-8 at byte 3",
      small_gpt2_tokenizer()->encode("abc\xff"));
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
