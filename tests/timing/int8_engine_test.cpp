// The int8 engine under the clock computes what a session computes.
#include "nanobrain/inference/int8_model.h"

#include "nanobrain/base/isa.h"
#include "nanobrain/runtime/session.h"
#include "tests/runtime/int8_model.h"
#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

class Int8Engine : public ::testing::Test {
 protected:
  std::shared_ptr<const RuntimeModel> model_ = Int8Model().load();
  std::unique_ptr<TimedModel> timed_ = make_timed_model("a name", model_);
  std::unique_ptr<TimedEngine> engine_ = timed_->make_engine(2);
  Session session_{model_, std::make_shared<ThreadPool>(1)};
  std::vector<TokenId> ids_ = random_ids(9, 101);
};

TEST_F(Int8Engine, TellsItsModel) {
  EXPECT_EQ(timed_->name(), "a name");
  EXPECT_EQ(timed_->precision(), "int8");
  EXPECT_EQ(timed_->backend(), name(active_isa()));
  EXPECT_EQ(timed_->vocab_size(), 101);
  EXPECT_EQ(timed_->max_seq_len(), 50);
}

TEST_F(Int8Engine, GivesTheSessionsLogits) {
  std::vector<float> expected(9 * 101), logits(9 * 101);
  session_.forward(ids_, expected.data());
  for (int repetition = 0; repetition < 2; ++repetition) {
    engine_->forward(ids_, logits.data());
    EXPECT_EQ(logits, expected);
    const auto last = engine_->prompt(ids_);
    EXPECT_TRUE(std::ranges::equal(
        last, std::span(expected).last(101))); // the same bits
  }
}

TEST_F(Int8Engine, GeneratesGreedily) {
  for (int repetition = 0; repetition < 2; ++repetition) {
    session_.reset();
    session_.feed(ids_);
    TokenId id = engine_->begin(ids_);
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(id, session_.argmax());
      session_.feed({&id, 1});
      id = engine_->next(id);
    }
  }
}

} // namespace
} // namespace nanobrain::testing
