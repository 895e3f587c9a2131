#include "nanobrain/inference/token_source.h"

#include "tests/support/byte_tokenizer.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::ByteTokenizer;

class ListReader : public DocumentReader {
 public:
  explicit ListReader(std::vector<std::string> texts)
      : texts_(std::move(texts)) {}
  bool next(std::string& text) override {
    if (next_ == texts_.size()) return false;
    text = texts_[next_++];
    return true;
  }
  const DocumentCounts& counts() const override { return counts_; }
  int64_t input_position() const override {
    return static_cast<int64_t>(next_);
  }
  int64_t input_size() const override {
    return static_cast<int64_t>(texts_.size());
  }

 private:
  std::vector<std::string> texts_;
  size_t next_ = 0;
  DocumentCounts counts_;
};

std::vector<TokenId> read_all(TokenSource& source, size_t piece) {
  std::vector<TokenId> all;
  std::vector<TokenId> part(piece);
  while (const size_t count = source.read(part)) {
    all.insert(all.end(), part.begin(), part.begin() + count);
  }
  EXPECT_EQ(source.read(part), 0u); // stays at the end
  return all;
}

const std::vector<TokenId> kIds = {'a', 'b', 256, 256, 'c', 256};

TEST(TokenSource, DocumentsEndWithEndOfTextWhereThereIsOne) {
  for (const bool has_end_of_text : {true, false}) {
    const ByteTokenizer tokenizer(257, has_end_of_text);
    const std::vector<TokenId> run_together = {'a', 'b', 'c'};
    for (const size_t piece : {1, 2, 3, 100}) {
      ListReader reader({"ab", "", "c"});
      DocumentSource source(reader, tokenizer, 1);
      EXPECT_EQ(read_all(source, piece), has_end_of_text ? kIds : run_together);
      EXPECT_EQ(source.position(), source.size());
    }
  }
}

TEST(TokenSource, ATokenFileGivesItsIds) {
  const testing::TempDir folder;
  const ByteTokenizer tokenizer;
  TokenFileWriter writer(folder / "a.tokens", tokenizer);
  for (const char* text : {"ab", "", "c"}) {
    writer.append(tokenizer.encode(text), 0);
  }
  writer.finish();
  const TokenFile file(folder / "a.tokens");
  for (const size_t piece : {1, 4, 100}) {
    TokenFileSource source(file);
    EXPECT_EQ(read_all(source, piece), kIds) << piece;
  }
}

TEST(TokenSource, WhatIsReadAheadIsNotYetProgress) {
  const ByteTokenizer tokenizer;
  ListReader reader({"abcd", "abcd"}); // one batch of ten ids
  DocumentSource source(reader, tokenizer, 1);
  std::vector<TokenId> part(5);
  EXPECT_EQ(source.position(), 0);
  source.read(part);
  EXPECT_EQ(source.position(), 1);
  source.read(part);
  EXPECT_EQ(source.position(), 2);
}

TEST(TokenSource, ReadsTextInParts) {
  // More than one batch of text, and a document larger than a batch.
  std::vector<std::string> texts(30, std::string(300'000, 'x'));
  texts.push_back(std::string(9'000'000, 'y'));
  const ByteTokenizer tokenizer;
  ListReader reader(texts);
  DocumentSource source(reader, tokenizer, 2);
  TokenId first = 0;
  EXPECT_EQ(source.read({&first, 1}), 1u);
  EXPECT_LT(reader.input_position(), 20); // the rest is not in memory
  EXPECT_EQ(read_all(source, 1'000'003).size(), 30 * 300'001u + 9'000'001u - 1);
}

} // namespace
} // namespace nanobrain
