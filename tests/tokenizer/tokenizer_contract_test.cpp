// What every kind of tokenizer keeps to.
#include <algorithm>
#include <thread>

#include "nanobrain/base/error.h"
#include "tests/support/support.h"
#include "tests/tokenizer/gpt2_small.h"
#include "tests/tokenizer/lexical_small.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;

namespace {

using Ids = std::vector<TokenId>;

std::shared_ptr<const Tokenizer> tokenizer_of(const std::string& kind) {
  if (kind == "gpt2") return small_gpt2_tokenizer();
  if (kind == "lexical") return small_lexical_tokenizer();
  return small_tokenizer();
}

class TokenizerContract : public ::testing::TestWithParam<std::string> {
 protected:
  void expect_lossless(const std::string& text) const {
    const auto ids = tokenizer_->encode(text);
    EXPECT_EQ(tokenizer_->decode(ids), text);
    EXPECT_EQ(std::ranges::count(ids, tokenizer_->end_of_text()), 0) << text;
    // Nor does a text ever become <unk>.
    for (const TokenId id : ids) {
      EXPECT_FALSE(tokenizer_->bytes_of(id).empty()) << text;
    }
  }

  std::shared_ptr<const Tokenizer> tokenizer_ = tokenizer_of(GetParam());
};

INSTANTIATE_TEST_SUITE_P(
    Kinds,
    TokenizerContract,
    ::testing::Values("gpt2", "lexical", "sentencepiece"),
    [](const auto& info) { return info.param; });

TEST_P(TokenizerContract, GivesTextsBack) {
  for (const auto& text : hard_texts()) expect_lossless(text);
  Random random(30);
  for (int i = 0; i < 3000; ++i) expect_lossless(random_text(random));
  expect_lossless(every_code_point());
}

TEST_P(TokenizerContract, EncodesWordsAndRunsOfMegabytes) {
  Random random(32);
  expect_lossless(random_of("abeing_", 3'000'000, random));
  for (const char* unit : {" ", "a", "\n", "'", "é"}) {
    std::string text;
    while (text.size() < 3'000'000) text += unit;
    expect_lossless(text);
  }
}

TEST_P(TokenizerContract, PartsAreTheWholeAndStaySmall) {
  std::string text;
  while (text.size() < 1'000'000) {
    for (const auto& document : invented_documents(100, 33)) text += document;
  }
  Ids ids;
  int parts = 0;
  tokenizer_->encode_parts(text, [&](std::span<const TokenId> part) {
    EXPECT_LT(part.size(), 70'000u);
    ids.insert(ids.end(), part.begin(), part.end());
    ++parts;
  });
  EXPECT_GT(parts, 2);
  EXPECT_EQ(ids, tokenizer_->encode(text));
  tokenizer_->encode_parts("", [](auto) { ADD_FAILURE() << "of no text"; });
}

TEST_P(TokenizerContract, EncodesOnThreadsInOrder) {
  const auto documents = invented_documents(200, 34);
  std::vector<Ids> expected;
  for (const auto& text : documents) {
    expected.push_back(tokenizer_->encode(text));
  }
  for (const int64_t threads : {1, 5, 0}) {
    EXPECT_EQ(encode_all(*tokenizer_, documents, threads), expected);
  }
}

TEST_P(TokenizerContract, TokenizersOfOneThreadDoNotMix) {
  const auto documents = invented_documents(100);
  Ids mixed, alone;
  for (const auto& text : documents) {
    for (const auto* kind : {"gpt2", "lexical", "sentencepiece"}) {
      if (kind != GetParam()) tokenizer_of(kind)->encode(text);
    }
    for (const TokenId id : tokenizer_->encode(text)) mixed.push_back(id);
  }
  std::thread([&] {
    for (const auto& text : documents) {
      for (const TokenId id : tokenizer_->encode(text)) alone.push_back(id);
    }
  }).join();
  EXPECT_EQ(mixed, alone);
}

TEST_P(TokenizerContract, KnowsTheBytesOfEachId) {
  EXPECT_EQ(tokenizer_->kind(), GetParam());
  EXPECT_EQ(tokenizer_->bytes_of(tokenizer_->end_of_text()), "");
  const int64_t size = tokenizer_->vocab_size();
  EXPECT_ERROR(
      Error,
      fmt::format("the id {0} is not in [0, {0})", size),
      tokenizer_->bytes_of(static_cast<TokenId>(size)));
  EXPECT_ERROR(Error, "the id -1 is not in", tokenizer_->decode(Ids{5, -1}));
}

TEST_P(TokenizerContract, RefusesInvalidUtf8UnlessItTakesAllBytes) {
  for (const auto& [text, byte] :
       {std::pair("abc\xff", 3), {"\xed\xa0\x80", 0}}) {
    if (!tokenizer_->requires_utf8()) {
      EXPECT_EQ(tokenizer_->decode(tokenizer_->encode(text)), text);
      continue;
    }
    EXPECT_ERROR(
        Error,
        fmt::format("not valid UTF-8 at byte {}", byte),
        tokenizer_->encode(text));
  }
}

TEST_P(TokenizerContract, SavesAndLoads) {
  const TempDir dir;
  tokenizer_->save(dir / "saved");
  const auto loaded = load_tokenizer(dir / "saved");
  EXPECT_EQ(loaded->kind(), GetParam());
  EXPECT_EQ(loaded->hash(), tokenizer_->hash());
  const std::string text = invented_documents(1, 35)[0];
  EXPECT_EQ(loaded->encode(text), tokenizer_->encode(text));
}

} // namespace
} // namespace nanobrain
