#include "nanobrain/inference/document_losses.h"

#include <vector>

#include "tests/support/byte_tokenizer.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::ByteTokenizer;

struct Gathered {
  std::vector<LossSum> documents;
  LossSum total;
};

/// Each token of each text loses its own id in nats, end-of-text 256.
Gathered gather(const std::vector<std::string>& texts, bool end_last = true) {
  const ByteTokenizer tokenizer;
  Gathered gathered;
  DocumentLosses losses(tokenizer, [&](int64_t index, const LossSum& loss) {
    EXPECT_EQ(index, static_cast<int64_t>(gathered.documents.size()));
    gathered.documents.push_back(loss);
  });
  for (size_t i = 0; i < texts.size(); ++i) {
    for (const TokenId id : tokenizer.encode(texts[i])) losses.add(id, id);
    if (end_last || i + 1 < texts.size()) losses.add(256, 256.0);
  }
  gathered.total = losses.finish();
  return gathered;
}

TEST(DocumentLosses, EndOfTextCountsInNatsAndHasNoBytes) {
  const auto [documents, total] = gather({"ab", "", "c d"});
  ASSERT_EQ(documents.size(), 3u);
  EXPECT_EQ(documents[0].nats, 'a' + 'b' + 256.0);
  EXPECT_EQ(documents[0].tokens, 3);
  EXPECT_EQ(documents[0].bytes, 2);
  EXPECT_EQ(documents[1].nats, 256.0);
  EXPECT_EQ(documents[1].tokens, 1);
  EXPECT_EQ(documents[1].bytes, 0);
  EXPECT_EQ(documents[1].words, 0);
  EXPECT_EQ(documents[2].words, 2);
  EXPECT_EQ(total.tokens, 8);
  EXPECT_EQ(total.bytes, 5);
  EXPECT_EQ(total.words, 3);
  EXPECT_EQ(total.documents, 3);
  EXPECT_EQ(total.nats, 'a' + 'b' + 'c' + ' ' + 'd' + 3 * 256.0);
}

TEST(DocumentLosses, WordsArePartedByWhiteSpace) {
  EXPECT_EQ(gather({"  one\ttwo\n\vthree\f\rfour. "}).total.words, 4);
  EXPECT_EQ(gather({" \n\t"}).total.words, 0);
  // U+00A0 is no ASCII white space; the bytes of a character are one word.
  EXPECT_EQ(gather({"caf\xc3\xa9\xc2\xa0noir"}).total.words, 1);
  // A document's end ends the word.
  EXPECT_EQ(gather({"one", "two"}).total.words, 2);
}

TEST(DocumentLosses, WordsOfWikiText2) {
  const auto data = testing::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data here";
  const auto text = testing::read_text(data / "wikitext2" / "wiki.test.raw");
  EXPECT_EQ(gather({text}).total.words, 241'211); // as published
}

TEST(DocumentLosses, LastDocumentMayHaveNoEnd) {
  const auto [documents, total] = gather({"ab", "c"}, /*end_last=*/false);
  EXPECT_EQ(documents.size(), 2u);
  EXPECT_EQ(total.documents, 2);
  EXPECT_EQ(total.tokens, 4);
}

TEST(DocumentLosses, UnscoredTokensCountNowhere) {
  const ByteTokenizer tokenizer;
  DocumentLosses losses(tokenizer);
  // "a| b|c d": the marked bytes are not scored. The word "bc" begins in a
  // scored token, "a" and "d" do not.
  losses.add('a', std::nullopt);
  losses.add(' ', 1.0);
  losses.add('b', 1.0);
  losses.add('c', std::nullopt);
  losses.add(' ', 1.0);
  losses.add('d', std::nullopt);
  losses.add('e', 1.0);
  const LossSum total = losses.finish();
  EXPECT_EQ(total.tokens, 4);
  EXPECT_EQ(total.bytes, 4);
  EXPECT_EQ(total.words, 1);
}

} // namespace
} // namespace nanobrain
