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

} // namespace

TEST(LexicalTokenizer, NineTokensForNineLearnedWords) {
  const auto ids =
      tokenizer().encode("The cat sleeps peacefully on the warm mat.");
  EXPECT_EQ(
      ids, (std::vector<TokenId>{294, 295, 296, 297, 298, 299, 300, 301, 256}));
  EXPECT_EQ(tokenizer().vocab_size(), 311);
  EXPECT_EQ(tokenizer().end_of_text(), 310);
  EXPECT_EQ(tokenizer().bytes_of(295), " cat");
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
  EXPECT_TRUE(rc::check([](const std::string& bytes, const std::string& more) {
    static Random random(21);
    const std::string text = bytes + random_text(random) + more;
    const auto ids = tokenizer().encode(text);
    RC_ASSERT(tokenizer().decode(ids) == text);
    RC_ASSERT(std::ranges::count(ids, tokenizer().end_of_text()) == 0);
  }));
}

TEST(LexicalTokenizer, ARunOfMegabytesIsMadeOfTheLongestRuns) {
  const auto ids = tokenizer().encode(std::string(3'000'000, ' '));
  EXPECT_EQ(std::ranges::count(ids, 293), 3'000'000 / 8);
}

TEST(LexicalTokenizer, WithoutControlThereIsNoEndOfText) {
  const LexicalTokenizer tokenizer(lexical_vocabulary({"word"}, false));
  EXPECT_EQ(tokenizer.vocab_size(), 295);
  EXPECT_EQ(tokenizer.end_of_text(), -1);
  EXPECT_EQ(tokenizer.encode("word"), std::vector<TokenId>{294});
}

TEST(LexicalTokenizer, TheHashIsThatOfTheIdsNotOfTheLayout) {
  const TempDir dir;
  const auto hash_of = [&](const std::string& text) {
    write_text(dir / "mine.json", text);
    return load_tokenizer(dir / "mine.json")->hash();
  };
  EXPECT_EQ(tokenizer().hash(), sha256_hex(tokenizer().model_bytes()));
  Json list = parse_json(tokenizer().model_bytes(), "test");
  EXPECT_EQ(hash_of("\n " + list.dump(4)), tokenizer().hash());
  std::swap(list[294]["bytes_hex"], list[295]["bytes_hex"]);
  EXPECT_NE(hash_of(list.dump()), tokenizer().hash());
}

TEST(LexicalTokenizer, OtherJsonFilesAreNoTokenizer) {
  const TempDir dir;
  for (const auto& [name, text, message] :
       {std::tuple("object.json", "{\"model\": 1}", "is no tokenizer"),
        {"empty.json", "", "is no tokenizer"},
        {"tokenizer.lexical.json", "", "is not valid JSON"}}) {
    write_text(dir / name, text);
    EXPECT_ERROR(
        Error, std::string(name) + "] " + message, load_tokenizer(dir / name));
  }
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
