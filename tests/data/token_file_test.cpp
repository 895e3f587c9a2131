#include "nanobrain/data/token_file.h"

#include <numeric>
#include <vector>

#include "nanobrain/base/error.h"
#include "tests/support/byte_tokenizer.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;
using ::testing::HasSubstr;

/// A file of the documents "one", "" and "three".
fs::path write_example(const fs::path& path, const Tokenizer& tokenizer) {
  TokenFileWriter writer(path, tokenizer);
  for (const std::string text : {"one", "", "three"}) {
    writer.append(tokenizer.encode(text), static_cast<int64_t>(text.size()));
  }
  writer.finish();
  return path;
}

/// Where those bytes are written, the example's by default.
class TokenFileBytes : public ::testing::Test {
 protected:
  std::string refusal_of(const std::string& bytes) const {
    write_text(dir_ / "a", bytes);
    return testing::error_of<Error>([&] { TokenFile(dir_ / "a"); });
  }

  const TempDir dir_;
  const std::string bytes_ =
      read_text(write_example(dir_ / "a", ByteTokenizer()));
};

std::vector<int64_t> all_tokens(const TokenFile& file) {
  std::vector<int64_t> ids(static_cast<size_t>(file.size()));
  file.copy(0, ids);
  return ids;
}

TEST(TokenFile, GivesBackWhatWasWritten) {
  const TempDir dir;
  for (const int64_t vocab_size : {257, 65536, 65537, 100000}) {
    const ByteTokenizer tokenizer(vocab_size);
    const fs::path path = write_example(dir / "a.tokens", tokenizer);
    const TokenFile file(path);
    EXPECT_EQ(
        all_tokens(file),
        (std::vector<int64_t>{
            'o', 'n', 'e', 256, 256, 't', 'h', 'r', 'e', 'e', 256}));
    EXPECT_EQ(file.size(), 11);
    EXPECT_EQ(file[5], 't');
    EXPECT_EQ(file.info().documents, 3);
    EXPECT_EQ(file.info().source_bytes, 8);
    EXPECT_EQ(file.info().vocab_size, vocab_size);
    EXPECT_EQ(file.info().end_of_text, 256);
    file.check_tokens();
    file.require_tokenizer(tokenizer);
    // The smallest width that holds the vocabulary.
    EXPECT_EQ(fs::file_size(path), vocab_size <= 65536 ? 256u + 22 : 256u + 44);
  }
}

TEST(TokenFile, DocumentsMayComeInParts) {
  const TempDir dir;
  const ByteTokenizer tokenizer;
  TokenFileWriter writer(dir / "parts", tokenizer);
  writer.append_part(tokenizer.encode("o"));
  writer.append_part(tokenizer.encode("ne"));
  writer.end_document(3);
  writer.end_document(0);
  writer.append_part(tokenizer.encode("three"));
  writer.end_document(5);
  writer.finish();
  EXPECT_EQ(
      read_text(dir / "parts"),
      read_text(write_example(dir / "whole", tokenizer)));
}

// The layout read by other means than the reader: the header comment's table.
TEST(TokenFile, LiesInTheFileAsDocumented) {
  const TempDir dir;
  const ByteTokenizer tokenizer;
  const std::string bytes = read_text(write_example(dir / "a", tokenizer));
  ASSERT_EQ(bytes.size(), 256u + 11 * 2);
  const auto u64 = [&](size_t at) {
    uint64_t value = 0;
    for (size_t i = 0; i < 8; ++i) {
      value |= uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    }
    return value;
  };
  EXPECT_EQ(bytes.substr(0, 8), "NBTOKENS");
  EXPECT_EQ(u64(8), 1u | (uint64_t{2} << 32)); // version, bytes per token
  EXPECT_EQ(u64(16), 11u);
  EXPECT_EQ(u64(24), 3u);
  EXPECT_EQ(u64(32), 8u);
  EXPECT_EQ(u64(40), 257u);
  EXPECT_EQ(u64(48), 256u);
  EXPECT_EQ(u64(56), hash64(bytes.substr(256)));
  EXPECT_EQ(bytes.substr(64, 64), tokenizer.hash());
  EXPECT_EQ(u64(128), hash64(bytes.substr(0, 128)));
  EXPECT_EQ(bytes.substr(136, 120), std::string(120, '\0'));
  EXPECT_EQ(bytes.substr(256, 4), std::string("o\0n\0", 4));
  EXPECT_EQ(bytes.substr(262, 2), std::string("\0\1", 2)); // 256
}

TEST(TokenFile, WithoutEndOfTextDocumentsFollowEachOther) {
  const TempDir dir;
  const TokenFile file(write_example(dir / "a", ByteTokenizer(257, false)));
  EXPECT_EQ(file.size(), 8);
  EXPECT_EQ(file.info().end_of_text, -1);
  EXPECT_EQ(file.info().documents, 3);
  file.check_tokens();
}

TEST(TokenFile, CopyChecksItsRange) {
  const TempDir dir;
  const TokenFile file(write_example(dir / "a", ByteTokenizer()));
  std::vector<int64_t> ids(3);
  file.copy(8, ids);
  EXPECT_EQ(ids, (std::vector<int64_t>{'e', 'e', 256}));
  EXPECT_ERROR(Error, "tokens [9, 12) are outside", file.copy(9, ids));
  EXPECT_ERROR(Error, "tokens [-1, 2) are outside", file.copy(-1, ids));
}

TEST(TokenFile, NothingAppearsBeforeFinish) {
  const TempDir dir;
  TokenFileWriter(dir / "a", ByteTokenizer()).append(std::vector{1, 2, 3}, 3);
  EXPECT_TRUE(fs::is_empty(dir.path()));
  TokenFileWriter(dir / "a", ByteTokenizer()).finish();
  const TokenFile file(dir / "a");
  EXPECT_EQ(file.size(), 0);
  file.check_tokens();
}

TEST_F(TokenFileBytes, OfOtherFilesAreRefused) {
  EXPECT_ERROR(Error, (dir_ / "none").string(), TokenFile(dir_ / "none"));
  std::string newer = bytes_;
  newer[8] = 2;
  std::string damaged = bytes_;
  damaged[20] ^= 1;
  const std::pair<std::string, const char*> cases[] = {
      {std::string(1000, 'x'), "is not a token file"},
      {"", "is empty"},
      {"NBTOKENS", "cut off inside its header"},
      {bytes_.substr(0, 255), "cut off inside its header"},
      {newer, "has format version 2, but this program reads up to 1"},
      {damaged, "the header of"},
      {bytes_.substr(0, bytes_.size() - 1),
       "has 21 bytes of tokens, but its header promises 11 tokens of 2"},
      {bytes_ + 'x', "has 23 bytes of tokens"}};
  for (const auto& [bytes, message] : cases) {
    EXPECT_THAT(refusal_of(bytes), HasSubstr(message));
  }
}

TEST_F(TokenFileBytes, OfTheHeaderAreAllGuarded) {
  for (size_t i = 0; i < 256; ++i) {
    std::string damaged = bytes_;
    damaged[i] ^= static_cast<char>(1 << (i % 8));
    EXPECT_THAT(refusal_of(damaged), HasSubstr((dir_ / "a").string()))
        << "byte " << i;
  }
}

TEST_F(TokenFileBytes, OfTheTokensAreAllGuardedByTheCheck) {
  for (size_t bit = 256 * 8; bit < bytes_.size() * 8; ++bit) {
    std::string damaged = bytes_;
    damaged[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    write_text(dir_ / "a", damaged);
    EXPECT_ERROR(
        Error,
        "do not have the checksum its header promises",
        TokenFile(dir_ / "a").check_tokens());
  }
}

/// The example with its header's fields changed and its checksum made right.
void forge(const fs::path& path, size_t at, uint64_t value, size_t size) {
  std::string bytes = read_text(path);
  std::memcpy(&bytes[at], &value, size);
  const uint64_t hash = hash64(bytes.substr(0, 128));
  std::memcpy(&bytes[128], &hash, 8);
  write_text(path, bytes);
}

TEST(TokenFile, ALyingHeaderIsRefused) {
  struct Change {
    size_t at;
    uint64_t value;
    size_t size;
  };
  const TempDir dir;
  const auto forged = [&](const std::vector<Change>& changes) {
    const fs::path path = write_example(dir / "a", ByteTokenizer());
    for (const auto& [at, value, size] : changes) forge(path, at, value, size);
    TokenFile(path).check_tokens();
  };
  const uint64_t half = uint64_t{1} << 63;
  EXPECT_ERROR(Error, "promises 9223372036854775808", forged({{16, half, 8}}));
  EXPECT_ERROR(Error, "makes no sense", forged({{12, 0, 4}}));
  EXPECT_ERROR(Error, "makes no sense", forged({{48, 257, 8}}));
  // The vocabulary shrunk under the ids.
  EXPECT_ERROR(
      Error,
      "token 3 of " + (dir / "a").string() + " is 256, outside its vocabulary",
      forged({{40, 115, 8}, {48, ~uint64_t{0}, 8}}));
}

TEST(TokenFile, IdsOutsideTheVocabularyAreRefused) {
  const TempDir dir;
  TokenFileWriter writer(dir / "a", ByteTokenizer());
  EXPECT_ERROR(
      Error,
      "token id 257 is outside the vocabulary of 257",
      writer.append(std::vector<TokenId>{1, 257}, 2));
  EXPECT_ERROR(
      Error, "token id -1", writer.append(std::vector<TokenId>{-1}, 1));
}

TEST(TokenFile, AnotherTokenizerIsRefused) {
  const TempDir dir;
  const ByteTokenizer made_with;
  const ByteTokenizer other(300);
  const TokenFile file(write_example(dir / "a", made_with));
  EXPECT_ERROR(
      Error,
      "made with the tokenizer of hash " + made_with.hash() +
          ", but this one (byte, 300 ids) has " + other.hash() +
          "; name the tokenizer that prepare saved",
      file.require_tokenizer(other));
}

} // namespace
} // namespace nanobrain
