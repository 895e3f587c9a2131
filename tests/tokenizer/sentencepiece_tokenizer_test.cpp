#include "nanobrain/tokenizer/sentencepiece_tokenizer.h"

#include <sentencepiece_processor.h>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "tests/support/support.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;

namespace {

/// Compares ids with those of SentencePiece's own Encode where that one keeps
/// the text, for it takes U+2581 for a space. How many texts were compared.
int compare_with_sentencepiece(
    const SentencePieceTokenizer& tokenizer,
    const std::vector<std::string>& texts) {
  sentencepiece::SentencePieceProcessor reference;
  EXPECT_TRUE(reference.LoadFromSerializedProto(tokenizer.model_bytes()).ok());
  int compared = 0;
  for (const auto& text : texts) {
    if (text.find(kSentencePieceSpace) != std::string::npos) continue;
    std::vector<int> expected;
    EXPECT_TRUE(reference.Encode(text, &expected).ok());
    EXPECT_EQ(tokenizer.encode(text), expected) << text;
    ++compared;
  }
  return compared;
}

} // namespace

TEST(SentencePieceTokenizer, AgreesWithSentencePiece) {
  auto texts = invented_documents(300, 5);
  for (const auto& text : hard_texts()) texts.push_back(text);
  Random random(6);
  for (int i = 0; i < 3000; ++i) texts.push_back(random_text(random));
  EXPECT_GT(compare_with_sentencepiece(*small_tokenizer(), texts), 2000);
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
  const auto tokenizer = trained_on(passages, {.vocab_size = 4096});
  EXPECT_EQ(
      compare_with_sentencepiece(*tokenizer, passages), std::ssize(passages));
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

TEST(SentencePieceTokenizer, HasTheReservedIdsFirst) {
  const auto tokenizer = small_tokenizer();
  EXPECT_EQ(tokenizer->vocab_size(), 1200);
  EXPECT_EQ(tokenizer->end_of_text(), 1);
  EXPECT_EQ(tokenizer->bytes_of(0), ""); // <unk>
}

TEST(SentencePieceTokenizer, TheHashIsThatOfItsFile) {
  const TempDir dir;
  small_tokenizer()->save(dir.path());
  const auto file = dir / "tokenizer.model";
  EXPECT_EQ(load_tokenizer(file)->hash(), sha256_of_file(file));
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
