#include "nanobrain/inference/loss_units.h"

#include <vector>

#include "tests/support/byte_tokenizer.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::ByteTokenizer;
constexpr TokenId kEnd = ByteTokenizer::kEndOfText;

TEST(LossSum, FiguresByHand) {
  // Two tokens of probability 1/4 and 1/16 over three bytes: 6 bits, 2 bits a
  // byte; the geometric mean of 4 and 16 is 8.
  const LossSum loss{
      .nats = std::log(4.0) + std::log(16.0),
      .tokens = 2,
      .bytes = 3,
      .words = 1,
      .documents = 1};
  EXPECT_DOUBLE_EQ(loss.bits_per_byte(), 2.0);
  EXPECT_NEAR(loss.perplexity(), 8.0, 1e-12);
  EXPECT_NEAR(loss.nats_per_token(), std::log(8.0), 1e-12);
  EXPECT_NEAR(loss.word_perplexity(), 64.0, 1e-10);
}

TEST(LossSum, AddsUp) {
  LossSum sum{.nats = 1, .tokens = 2, .bytes = 3, .words = 4, .documents = 5};
  sum += {.nats = 10, .tokens = 20, .bytes = 30, .words = 40, .documents = 50};
  EXPECT_EQ(sum.nats, 11);
  EXPECT_EQ(sum.tokens, 22);
  EXPECT_EQ(sum.bytes, 33);
  EXPECT_EQ(sum.words, 44);
  EXPECT_EQ(sum.documents, 55);
}

TEST(LossSum, JsonHasNoNumberWhereThereIsNone) {
  // An empty document: end-of-text alone, without bytes or words.
  const Json json = LossSum{.nats = 2, .tokens = 1}.to_json();
  EXPECT_EQ(json["nats_per_token"], 2.0);
  EXPECT_TRUE(json["bits_per_byte"].is_null());
  EXPECT_TRUE(json["word_perplexity"].is_null());
}

struct Gathered {
  std::vector<LossSum> documents;
  LossSum total;
};

/// Each token of each text loses its own id in nats, end-of-text 256.
Gathered gather(const std::vector<std::string>& texts, bool end_last = true) {
  const ByteTokenizer tokenizer;
  Gathered gathered;
  LossUnits losses(tokenizer, [&](int64_t index, const LossSum& loss) {
    EXPECT_EQ(index, std::ssize(gathered.documents));
    gathered.documents.push_back(loss);
  });
  for (size_t i = 0; i < texts.size(); ++i) {
    for (const TokenId id : tokenizer.encode(texts[i])) losses.add(id, id);
    if (end_last || i + 1 < texts.size()) losses.add(kEnd, 256.0);
  }
  gathered.total = losses.finish();
  return gathered;
}

TEST(LossUnits, EndOfTextCountsInNatsAndHasNoBytes) {
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

TEST(LossUnits, WordsArePartedByWhiteSpace) {
  EXPECT_EQ(gather({"  one\ttwo\n\vthree\f\rfour. "}).total.words, 4);
  EXPECT_EQ(gather({" \n\t"}).total.words, 0);
  // U+00A0 is no ASCII white space; the bytes of a character are one word.
  EXPECT_EQ(gather({"caf\xc3\xa9\xc2\xa0noir"}).total.words, 1);
  // A document's end ends the word.
  EXPECT_EQ(gather({"one", "two"}).total.words, 2);
}

TEST(LossUnits, WordsOfWikiText2) {
  const auto data = testing::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data here";
  const auto text = testing::read_text(data / "wikitext2" / "wiki.test.raw");
  EXPECT_EQ(gather({text}).total.words, 241'211); // as published
}

TEST(LossUnits, LastDocumentMayHaveNoEnd) {
  const auto [documents, total] = gather({"ab", "c"}, /*end_last=*/false);
  EXPECT_EQ(documents.size(), 2u);
  EXPECT_EQ(total.documents, 2);
  EXPECT_EQ(total.tokens, 4);
  EXPECT_EQ(gather({}).total.documents, 0);
}

TEST(LossUnits, UnscoredTokensCountNowhere) {
  const ByteTokenizer tokenizer;
  LossUnits losses(tokenizer);
  // "a| b|c d": the marked bytes are not scored. The word "bc" begins in a
  // scored token, "a" and "d" do not.
  for (const char c : std::string("a bc de")) {
    const bool scored = c != 'a' && c != 'c' && c != 'd';
    losses.add(c, scored ? std::optional(1.0) : std::nullopt);
  }
  const LossSum total = losses.finish();
  EXPECT_EQ(total.tokens, 4);
  EXPECT_EQ(total.bytes, 4);
  EXPECT_EQ(total.words, 1);
}

TEST(UnitPlan, DocumentsWhereThereAreTwoElseFortyBlocks) {
  EXPECT_EQ(plan_units(2, 9000).describe(), "2 documents");
  EXPECT_EQ(plan_units(1175, 9000).describe(), "1,175 documents");
  EXPECT_EQ(plan_units(1, 4000).describe(), "40 blocks of 100 bytes");
  EXPECT_EQ(plan_units(1, 1'296'370).describe(), "40 blocks of 32,410 bytes");
  // The last block may be shorter, and there may be fewer of them.
  EXPECT_EQ(plan_units(1, 41).describe(), "21 blocks of 2 bytes");
  EXPECT_EQ(plan_units(1, 3).describe(), "3 blocks of 1 bytes");
}

TEST(UnitPlan, ArticlesWhereThereAreTwentyHeadings) {
  std::string text = "Before.\n";
  std::vector<int64_t> expected;
  for (int i = 0; i < 20; ++i) {
    expected.push_back(std::ssize(text) + 100);
    text += fmt::format(" = Title {} = \n\n = = Section = = \nx = y\n", i);
  }
  std::vector<int64_t> begins;
  find_articles(text, 100, begins);
  EXPECT_EQ(begins, expected);
  const UnitPlan plan = plan_units(300, 9000, begins);
  EXPECT_EQ(plan.describe(), "20 articles");
  EXPECT_EQ(plan.articles.front(), 0);
  EXPECT_EQ(plan.articles.back(), begins.back());
  begins.pop_back();
  EXPECT_EQ(plan_units(300, 9000, begins).describe(), "300 documents");
}

TEST(UnitPlan, UnitsOfOneSizeCountWhole) {
  std::vector<LossSum> units(40);
  for (LossSum& unit : units) unit.bytes = 100;
  EXPECT_DOUBLE_EQ(effective_units(units), 40);
  units.front().bytes = 100 * 39; // half of the text
  EXPECT_NEAR(effective_units(units), 1 / (0.25 + 39 / 78.0 / 78), 1e-9);
  EXPECT_LT(effective_units(units), kFewUnits);
}

TEST(LossUnits, ATokenBelongsToItsArticle) {
  const ByteTokenizer tokenizer;
  std::vector<double> nats;
  LossUnits losses(
      tokenizer,
      [&](int64_t, const LossSum& loss) { nats.push_back(loss.nats); },
      {.count = 3, .block_bytes = 0, .articles = {0, 2, 5}});
  for (const char c : std::string("aabbbcc")) losses.add(c, 1.0);
  const LossSum total = losses.finish();
  EXPECT_THAT(nats, ::testing::ElementsAre(2.0, 3.0, 2.0));
  EXPECT_EQ(total.documents, 0);
}

/// Two-byte tokens: "ab" is 0, "cd" is 1.
class PairTokenizer : public ByteTokenizer {
 public:
  std::string_view bytes_of(TokenId id) const override {
    return id == 0 ? "ab" : "cd";
  }
};

TEST(LossUnits, ATokenBelongsToTheBlockWhereItBegins) {
  const PairTokenizer tokenizer;
  std::vector<LossSum> units(3);
  LossUnits losses(
      tokenizer,
      [&](int64_t index, const LossSum& loss) {
        units[static_cast<size_t>(index)] = loss;
      },
      {.count = 3, .block_bytes = 3, .articles = {}});
  losses.add(0, std::nullopt); // bytes 0 and 1, not scored
  losses.add(1, 1.0);          // 2 and 3: the first block
  losses.add(0, 10.0);         // 4 and 5: the second
  losses.add(1, 100.0);        // 6 and 7: the third
  losses.add(kEnd, 1000.0);    // after the last byte: no block of its own
  EXPECT_EQ(losses.finish().nats, 1111.0);
  EXPECT_EQ(units[0].nats, 1.0);
  EXPECT_EQ(units[0].tokens, 1);
  EXPECT_EQ(units[0].bytes, 2);
  EXPECT_EQ(units[1].nats, 10.0);
  EXPECT_EQ(units[2].nats, 1100.0);
  EXPECT_EQ(units[2].tokens, 2);
  EXPECT_EQ(losses.tokens(), 5);
  EXPECT_EQ(losses.bytes(), 8);
}

TEST(LossUnits, AnEndOfTextAtABlocksEndStaysInsideTheText) {
  const PairTokenizer tokenizer;
  std::vector<double> nats;
  LossUnits losses(
      tokenizer,
      [&](int64_t, const LossSum& loss) { nats.push_back(loss.nats); },
      {.count = 2, .block_bytes = 2, .articles = {}});
  for (const TokenId id : {0, 1, kEnd}) losses.add(id, 1.0);
  losses.finish();
  EXPECT_THAT(nats, ::testing::ElementsAre(1.0, 2.0));
}

} // namespace
} // namespace nanobrain
