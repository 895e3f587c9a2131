#include "nanobrain/inference/loss_units.h"

#include <numeric>

#include "nanobrain/inference/document_losses.h"
#include "tests/support/byte_tokenizer.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::ByteTokenizer;
constexpr TokenId kEnd = ByteTokenizer::kEndOfText;

TEST(UnitPlan, DocumentsWhereThereAreThirtyElseFortyBlocks) {
  EXPECT_EQ(plan_units(30, 9000).describe(), "30 documents");
  EXPECT_EQ(plan_units(1175, 9000).describe(), "1,175 documents");
  EXPECT_EQ(plan_units(29, 4000).describe(), "40 blocks of 100 bytes");
  EXPECT_EQ(plan_units(1, 1'296'370).describe(), "40 blocks of 32,410 bytes");
  // The last block may be shorter, and there may be fewer of them.
  EXPECT_EQ(plan_units(1, 41).describe(), "21 blocks of 2 bytes");
  EXPECT_EQ(plan_units(1, 3).describe(), "3 blocks of 1 bytes");
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
  LossUnits losses(tokenizer, {.count = 3, .block_bytes = 3});
  losses.add(0, std::nullopt); // bytes 0 and 1, not scored
  losses.add(1, 1.0);          // 2 and 3: the first block
  losses.add(0, 10.0);         // 4 and 5: the second
  losses.add(1, 100.0);        // 6 and 7: the third
  losses.add(kEnd, 1000.0);    // after the last byte: no block of its own
  const auto& units = losses.units();
  ASSERT_EQ(units.size(), 3u);
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
  LossUnits losses(tokenizer, {.count = 2, .block_bytes = 2});
  for (const TokenId id : {0, 1, kEnd}) losses.add(id, 1.0);
  EXPECT_EQ(losses.units()[1].nats, 2.0);
}

TEST(LossUnits, DocumentsAreThoseOfDocumentLosses) {
  const ByteTokenizer tokenizer;
  std::vector<LossSum> documents;
  DocumentLosses expected(tokenizer, [&](int64_t, const LossSum& loss) {
    documents.push_back(loss);
  });
  LossUnits losses(tokenizer, {.count = 3, .block_bytes = 0});
  for (const std::string text : {"one two", "", "three"}) {
    auto ids = tokenizer.encode(text);
    ids.push_back(kEnd);
    for (const TokenId id : ids) {
      expected.add(id, id / 8.0);
      losses.add(id, id / 8.0);
    }
  }
  const LossSum total = expected.finish();
  ASSERT_EQ(losses.units().size(), documents.size());
  for (size_t i = 0; i < documents.size(); ++i) {
    EXPECT_EQ(losses.units()[i].nats, documents[i].nats);
    EXPECT_EQ(losses.units()[i].tokens, documents[i].tokens);
    EXPECT_EQ(losses.units()[i].bytes, documents[i].bytes);
    EXPECT_EQ(losses.units()[i].words, documents[i].words);
  }
  EXPECT_EQ(losses.total().nats, total.nats);
  EXPECT_EQ(losses.total().words, 3);
}

} // namespace
} // namespace nanobrain
