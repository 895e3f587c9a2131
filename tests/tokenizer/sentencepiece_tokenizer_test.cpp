#include "nanobrain/tokenizer/sentencepiece_tokenizer.h"

#include <sentencepiece_processor.h>

#include <thread>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "tests/support/support.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;

namespace {

/// Ids that text must never become: <unk> and the end of text.
bool has_reserved(const std::vector<TokenId>& ids) {
  return std::any_of(ids.begin(), ids.end(), [](TokenId id) { return id < 2; });
}

void expect_lossless(const Tokenizer& tokenizer, const std::string& text) {
  const auto ids = tokenizer.encode(text);
  EXPECT_EQ(tokenizer.decode(ids), text);
  EXPECT_FALSE(has_reserved(ids)) << text;
}

/// Where SentencePiece's own Encode keeps the text: it takes U+2581 for a
/// space.
bool sentencepiece_keeps(const std::string& text) {
  return text.find(kSentencePieceSpace) == std::string::npos;
}

} // namespace

TEST(SentencePieceTokenizer, GivesHardTextsBack) {
  for (const auto& text : hard_texts()) {
    expect_lossless(*small_tokenizer(), text);
  }
}

TEST(SentencePieceTokenizer, GivesRandomTextsBack) {
  Random random(3);
  for (int i = 0; i < 3000; ++i) {
    expect_lossless(*small_tokenizer(), random_text(random));
  }
}

TEST(SentencePieceTokenizer, GivesEveryCodePointBack) {
  expect_lossless(*small_tokenizer(), every_code_point());
}

TEST(SentencePieceTokenizer, EncodesAWordOfMegabytes) {
  Random random(4);
  std::string word;
  while (word.size() < 3'000'000) word += "abeingr"[random.below(7)];
  expect_lossless(*small_tokenizer(), word);
}

TEST(SentencePieceTokenizer, PartsAreTheWholeAndStaySmall) {
  const auto tokenizer = small_tokenizer();
  std::string text;
  while (text.size() < 1'000'000) {
    for (const auto& document : invented_documents(100, 6)) text += document;
  }
  std::vector<TokenId> ids;
  int parts = 0;
  tokenizer->encode_parts(text, [&](std::span<const TokenId> part) {
    EXPECT_LT(part.size(), 70'000u);
    ids.insert(ids.end(), part.begin(), part.end());
    ++parts;
  });
  EXPECT_GT(parts, 2);
  EXPECT_EQ(ids, tokenizer->encode(text));
  tokenizer->encode_parts("", [](auto) { ADD_FAILURE() << "of no text"; });
}

TEST(SentencePieceTokenizer, AgreesWithSentencePiece) {
  const auto tokenizer = small_tokenizer();
  sentencepiece::SentencePieceProcessor reference;
  ASSERT_TRUE(reference.LoadFromSerializedProto(tokenizer->model_bytes()).ok());
  auto texts = invented_documents(300, 5);
  for (const auto& text : hard_texts()) texts.push_back(text);
  Random random(6);
  for (int i = 0; i < 3000; ++i) texts.push_back(random_text(random));
  int compared = 0;
  for (const auto& text : texts) {
    if (!sentencepiece_keeps(text)) continue;
    std::vector<int> expected;
    ASSERT_TRUE(reference.Encode(text, &expected).ok());
    ASSERT_EQ(tokenizer->encode(text), expected) << text;
    ++compared;
  }
  EXPECT_GT(compared, 2000);
}

TEST(SentencePieceTokenizer, AgreesWithSentencePieceOnProse) {
  if (shared_data().empty()) GTEST_SKIP() << "no shared data here";
  const std::string text =
      read_text(shared_data() / "wikitext2" / "wiki.test.raw");
  std::vector<std::string> passages;
  for (size_t at = 0; at < text.size(); at += 20'000) {
    std::string passage = text.substr(at, 20'000);
    // Cut at a space, so that no character is halved.
    passage.resize(passage.rfind(' '));
    passage.erase(0, passage.find(' '));
    passages.push_back(passage);
  }
  const auto tokenizer =
      train_sentencepiece(reader_of(passages), {.vocab_size = 4096}).tokenizer;
  sentencepiece::SentencePieceProcessor reference;
  ASSERT_TRUE(reference.LoadFromSerializedProto(tokenizer->model_bytes()).ok());
  for (const auto& passage : passages) {
    std::vector<int> expected;
    ASSERT_TRUE(reference.Encode(passage, &expected).ok());
    ASSERT_EQ(tokenizer->encode(passage), expected);
  }
}

TEST(SentencePieceTokenizer, SpellsUnknownCharactersInBytes) {
  const auto tokenizer = small_tokenizer();
  const auto names = [&](const std::string& text) {
    std::string joined;
    for (const TokenId id : tokenizer->encode(text)) {
      joined += tokenizer->model().pieces[static_cast<size_t>(id)].text;
    }
    return joined;
  };
  EXPECT_EQ(names("\u2581"), "<0xE2><0x96><0x81>");
  EXPECT_EQ(names("\n"), "<0x0A>");
  EXPECT_EQ(names("\U0001f600"), "<0xF0><0x9F><0x98><0x80>");
}

TEST(SentencePieceTokenizer, KnowsTheBytesOfEachId) {
  const auto tokenizer = small_tokenizer();
  EXPECT_EQ(tokenizer->kind(), "sentencepiece");
  EXPECT_EQ(tokenizer->vocab_size(), 1200);
  EXPECT_EQ(tokenizer->end_of_text(), 1);
  EXPECT_EQ(tokenizer->bytes_of(tokenizer->end_of_text()), "");
  EXPECT_EQ(tokenizer->bytes_of(0), ""); // <unk>
  const std::string text = invented_documents(1, 7)[0];
  size_t bytes = 0;
  for (const TokenId id : tokenizer->encode(text)) {
    EXPECT_FALSE(tokenizer->bytes_of(id).empty());
    bytes += tokenizer->bytes_of(id).size();
  }
  EXPECT_EQ(bytes, text.size());
  EXPECT_ERROR(
      Error, "the id 1200 is not in [0, 1200)", tokenizer->bytes_of(1200));
  const std::vector<TokenId> bad = {5, -1};
  EXPECT_ERROR(Error, "the id -1 is not in", tokenizer->decode(bad));
}

TEST(SentencePieceTokenizer, RefusesInvalidUtf8) {
  EXPECT_ERROR(
      Error, "not valid UTF-8 at byte 3", small_tokenizer()->encode("abc\xff"));
  EXPECT_ERROR(
      Error,
      "not valid UTF-8 at byte 0",
      small_tokenizer()->encode("\xed\xa0\x80")); // a surrogate
}

TEST(SentencePieceTokenizer, EncodesOnThreadsInOrder) {
  const auto documents = invented_documents(200, 8);
  const auto one = encode_all(*small_tokenizer(), documents, 1);
  ASSERT_EQ(one.size(), documents.size());
  for (size_t i = 0; i < documents.size(); ++i) {
    EXPECT_EQ(small_tokenizer()->decode(one[i]), documents[i]);
  }
  EXPECT_EQ(encode_all(*small_tokenizer(), documents, 5), one);
  EXPECT_EQ(encode_all(*small_tokenizer(), documents, 0), one);
}

TEST(SentencePieceTokenizer, TokenizersOfOneThreadDoNotMix) {
  const auto documents = invented_documents(100);
  const auto other =
      train_sentencepiece(reader_of(documents), {.vocab_size = 500}).tokenizer;
  EXPECT_NE(other->hash(), small_tokenizer()->hash());
  std::vector<TokenId> mixed, alone;
  for (const auto& text : documents) {
    small_tokenizer()->encode(text);
    for (const TokenId id : other->encode(text)) mixed.push_back(id);
  }
  std::thread([&] {
    for (const auto& text : documents) {
      for (const TokenId id : other->encode(text)) alone.push_back(id);
    }
  }).join();
  EXPECT_EQ(mixed, alone);
}

TEST(SentencePieceTokenizer, SavesAndLoads) {
  const TempDir dir;
  small_tokenizer()->save(dir / "model");
  const auto folder = load_tokenizer(dir / "model");
  const auto file = load_tokenizer(dir / "model" / "tokenizer.model");
  EXPECT_EQ(folder->hash(), small_tokenizer()->hash());
  EXPECT_EQ(file->hash(), small_tokenizer()->hash());
  EXPECT_EQ(file->hash(), sha256_of_file(dir / "model" / "tokenizer.model"));
  const std::string text = invented_documents(1, 9)[0];
  EXPECT_EQ(folder->encode(text), small_tokenizer()->encode(text));
}

TEST(LoadTokenizer, NamesWhatIsMissing) {
  const TempDir dir;
  EXPECT_ERROR(Error, "holds no tokenizer; known", load_tokenizer(dir.path()));
  EXPECT_ERROR(
      Error,
      "absent.model] does not exist",
      load_tokenizer(dir / "absent.model"));
  write_text(dir / "vocab.txt", "a\n");
  EXPECT_ERROR(Error, "is no tokenizer", load_tokenizer(dir / "vocab.txt"));
}

} // namespace nanobrain
