#include "nanobrain/tokenizer/lexical_tokenizer.h"

#include <rapidcheck.h>

#include <algorithm>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/tokenizer/conversion.h"
#include "tests/support/support.h"
#include "tests/tokenizer/lexical_small.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;

namespace {

const LexicalTokenizer& tokenizer() {
  return *small_lexical_tokenizer();
}

std::string random_bytes(Random& random) {
  std::string bytes;
  for (uint64_t n = random.below(200); n > 0; --n) {
    bytes += static_cast<char>(random.below(256));
  }
  return bytes;
}

} // namespace

TEST(LexicalTokenizer, NineTokensForNineLearnedWords) {
  const auto ids =
      tokenizer().encode("The cat sleeps peacefully on the warm mat.");
  EXPECT_EQ(
      ids, (std::vector<TokenId>{294, 295, 296, 297, 298, 299, 300, 301, 256}));
}

TEST(LexicalTokenizer, EveryByteOutsideOfWordsIsAToken) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    const auto ids = tokenizer().encode(text);
    ASSERT_EQ(ids.size(), 1u) << byte;
    EXPECT_EQ(tokenizer().bytes_of(ids[0]), text);
    const bool is_mark =
        byte > 32 && byte < 127 && std::ispunct(byte) && byte != '_';
    EXPECT_EQ(ids[0] >= 256 && ids[0] < 287, is_mark) << byte;
  }
  EXPECT_EQ(
      tokenizer().encode("\xc3\xa9\n\t."),
      (std::vector<TokenId>{0xc3, 0xa9, 10, 9, 256}));
}

TEST(LexicalTokenizer, GivesAllBytesBack) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    RC_ASSERT(tokenizer().decode(tokenizer().encode(text)) == text);
  }));
  Random random(21);
  for (int i = 0; i < 3000; ++i) {
    const std::string text =
        random_bytes(random) + random_text(random) + random_bytes(random);
    const auto ids = tokenizer().encode(text);
    ASSERT_EQ(tokenizer().decode(ids), text);
    ASSERT_EQ(std::ranges::count(ids, tokenizer().end_of_text()), 0);
  }
}

TEST(LexicalTokenizer, IsTheBestOfAllWaysOnAnyBytes) {
  Random random(22);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (uint64_t n = random.below(12); n > 0; --n) {
      text += random.below(3) ? "abeg _in "[random.below(9)]
                              : static_cast<char>(random.below(256));
    }
    ASSERT_EQ(
        tokenizer().encode(text), try_all_ways(tokenizer().vocabulary(), text));
  }
}

TEST(LexicalTokenizer, ARunOfMegabytesIsMadeOfTheLongestRuns) {
  const auto ids = tokenizer().encode(std::string(3'000'000, ' '));
  EXPECT_EQ(std::ranges::count(ids, 293), 3'000'000 / 8);
}

TEST(LexicalTokenizer, SaysWhatItIs) {
  EXPECT_EQ(tokenizer().vocab_size(), 311);
  EXPECT_EQ(tokenizer().end_of_text(), 310);
  EXPECT_EQ(tokenizer().bytes_of(295), " cat");
  EXPECT_FALSE(tokenizer().requires_utf8());
}

TEST(LexicalTokenizer, WithoutControlThereIsNoEndOfText) {
  // As many as the Nano Brain's vocabulary has ids.
  std::vector<std::string> learned;
  for (int i = 0; i < 32'000; ++i) learned.push_back(fmt::format("w{}", i));
  const LexicalTokenizer without(lexical_vocabulary(learned, false));
  EXPECT_EQ(without.vocab_size(), 32'294);
  EXPECT_EQ(without.end_of_text(), -1);
  EXPECT_EQ(without.encode("w31999"), std::vector<TokenId>{32'293});
  learned.pop_back();
  const LexicalTokenizer with(lexical_vocabulary(learned));
  EXPECT_EQ(with.vocab_size(), 32'294);
  EXPECT_EQ(with.end_of_text(), 32'293);
}

TEST(LexicalTokenizer, OpensWhatItSaves) {
  const TempDir dir;
  tokenizer().save(dir / "folder");
  const auto file = dir / "folder" / "tokenizer.lexical.json";
  EXPECT_EQ(tokenizer().hash(), sha256_of_file(file));
  std::filesystem::copy(file, dir / "mine.json");
  for (const auto& path : {dir / "folder", file, dir / "mine.json"}) {
    const auto opened = load_tokenizer(path);
    EXPECT_EQ(opened->kind(), "lexical") << path;
    EXPECT_EQ(opened->hash(), tokenizer().hash());
    EXPECT_EQ(opened->encode("The cat"), tokenizer().encode("The cat"));
  }
}

TEST(LexicalTokenizer, TheHashIsThatOfTheIdsNotOfTheLayout) {
  const TempDir dir;
  Json list = parse_json(tokenizer().model_bytes(), "test");
  write_text(dir / "a.json", "\n " + list.dump(4));
  EXPECT_EQ(load_tokenizer(dir / "a.json")->hash(), tokenizer().hash());
  std::swap(list[294]["bytes_hex"], list[295]["bytes_hex"]);
  write_text(dir / "b.json", list.dump());
  EXPECT_NE(load_tokenizer(dir / "b.json")->hash(), tokenizer().hash());
}

TEST(LexicalTokenizer, OtherJsonFilesAreNoTokenizer) {
  const TempDir dir;
  write_text(dir / "object.json", "{\"model\": 1}");
  EXPECT_ERROR(
      Error,
      "object.json] is no tokenizer",
      load_tokenizer(dir / "object.json"));
  write_text(dir / "empty.json", "");
  EXPECT_ERROR(
      Error, "empty.json] is no tokenizer", load_tokenizer(dir / "empty.json"));
  write_text(dir / "tokenizer.lexical.json", "");
  EXPECT_ERROR(
      Error,
      "tokenizer.lexical.json] is not valid JSON",
      load_tokenizer(dir.path()));
}

TEST(LexicalTokenizer, ConvertsInvalidUtf8) {
  const std::string text = "The \xff\xfe cat\n\n\xed\xa0\x80";
  for (const bool split : {false, true}) {
    const ConversionOptions options{.split_documents = split};
    const auto ids = encode_text(tokenizer(), text, options);
    EXPECT_EQ(decode_text(tokenizer(), ids.output, options).output, text);
  }
}

} // namespace nanobrain
