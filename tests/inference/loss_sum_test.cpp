#include "nanobrain/inference/loss_sum.h"

#include "tests/support/support.h"

namespace nanobrain {
namespace {

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

TEST(LossSum, Gpt2OnWikiText2) {
  // The published figure: perplexity 29.94 over 287,644 tokens and 1,296,370
  // bytes is 1.088 bits per byte.
  const LossSum loss{
      .nats = 287'644 * std::log(29.94), .tokens = 287'644, .bytes = 1'296'370};
  EXPECT_NEAR(loss.bits_per_byte(), 1.088, 5e-4);
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

} // namespace
} // namespace nanobrain
