// An int8 model computes what a session computes.
#include "nanobrain/inference/int8_model.h"

#include "nanobrain/base/isa.h"
#include "nanobrain/runtime/session.h"
#include "tests/runtime/int8_model.h"
#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

class Int8Predictions : public ::testing::Test {
 protected:
  std::shared_ptr<const RuntimeModel> model_ = Int8Model().load();
  std::unique_ptr<LanguageModel> timed_ = make_int8_model(model_);
  std::unique_ptr<Predictor> predictor_ = timed_->make_predictor(2);
  Session session_{model_, std::make_shared<ThreadPool>(1)};
  std::vector<TokenId> ids_ = random_ids(9, 101);
};

TEST_F(Int8Predictions, TellsItsModel) {
  EXPECT_EQ(timed_->precision(), "int8");
  EXPECT_EQ(timed_->backend(), name(active_isa()));
  EXPECT_EQ(timed_->config().vocab_size, 101);
  EXPECT_EQ(timed_->config().max_seq_len, 50);
}

TEST_F(Int8Predictions, GivesTheSessionsLogitsAndTokens) {
  std::vector<float> expected(9 * 101), logits(9 * 101);
  session_.forward(ids_, expected.data());
  for (int repetition = 0; repetition < 2; ++repetition) {
    predictor_->forward(ids_, logits.data());
    EXPECT_EQ(logits, expected);
    session_.reset();
    session_.feed(ids_);
    predictor_->reset();
    predictor_->feed(ids_);
    EXPECT_TRUE(std::ranges::equal(
        predictor_->logits(), std::span(expected).last(101))); // the same bits
    for (int i = 0; i < 5; ++i) {
      const TokenId id = predictor_->argmax();
      EXPECT_EQ(id, session_.argmax());
      session_.feed({&id, 1});
      predictor_->feed({&id, 1});
    }
  }
}

} // namespace
} // namespace nanobrain::testing
