#include "nanobrain/config/warmup.h"

#include <cmath>
#include <map>

#include "nanobrain/base/error.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/config/run_config.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

RunConfig warm_config() {
  RunConfig config;
  config.model.vocab_size = 50;
  config.train.steps = 60;
  config.train.batch_size = 32;
  config.train.grad_accum_steps = 2;
  config.train.batch_warmup = {.from = 5, .steps = 21};
  config.train.context_warmup = {.from = 32, .steps = 40};
  return config;
}

// One step after another, in floating point: halves round up.
TEST(BatchWarmup, WindowsBeforeAStepAreTheSumOfThoseOfEach) {
  for (int64_t whole = 1; whole <= 20; ++whole) {
    for (int64_t from = 1; from <= whole; ++from) {
      for (const int64_t steps : {0, 1, 2, 7, 30}) {
        const BatchWarmup warmup{.from = from, .steps = steps};
        int64_t sum = 0;
        for (int64_t step = 0; step < 35; ++step) {
          ASSERT_EQ(warmup.before(step, whole), sum);
          const double share = static_cast<double>((whole - from) * step) /
                               static_cast<double>(steps);
          const int64_t windows =
              step < steps ? from + std::lround(share) : whole;
          ASSERT_EQ(warmup.at(step, whole), windows);
          sum += windows;
        }
      }
    }
  }
  // As large as a config may be: a mean of (1 + whole) / 2, less half a window
  // for the step at `whole` that is not among them.
  const int64_t whole = int64_t{1} << 24;
  const BatchWarmup warmup{.from = 1, .steps = 1'000'000'000};
  const double mean = static_cast<double>(warmup.before(1'000'000'000, whole)) /
                      1'000'000'000.0;
  EXPECT_NEAR(mean, (1.0 + static_cast<double>(whole)) / 2, 1);
}

TEST(ContextWarmup, DoublesForAsManyStepsEach) {
  const ContextWarmup warmup{.from = 32, .steps = 40};
  std::map<int64_t, int64_t> steps; // of each context
  for (int64_t step = 0; step < 60; ++step) ++steps[warmup.at(step, 256)];
  EXPECT_EQ(
      steps,
      (std::map<int64_t, int64_t>{{32, 14}, {64, 13}, {128, 13}, {256, 20}}));
  for (int64_t step = 0; step + 1 < 60; ++step) {
    const bool changes = warmup.at(step, 256) != warmup.at(step + 1, 256);
    EXPECT_EQ(warmup.next_change(step, 256) == step + 1, changes) << step;
  }
  EXPECT_EQ((ContextWarmup{.from = 8, .steps = 9}.at(0, 8)), 8);
}

TEST(Warmups, FlopsAndTokensAreThoseOfEachStep) {
  const RunConfig config = warm_config();
  const TrainConfig& train = config.train;
  double flops = 0;
  int64_t tokens = 0;
  for (int64_t step = 0; step < train.steps; ++step) {
    EXPECT_EQ(train.tokens_of(step), tokens);
    const int64_t now = 2 * train.batch_at(step) * train.seq_len;
    flops += 3.0 * static_cast<double>(
                       now * forward_flops_per_token(
                                 config.model, train.context_at(step)));
    tokens += now;
  }
  EXPECT_EQ(train.tokens_of(train.steps), tokens);
  EXPECT_DOUBLE_EQ(training_flops(config), flops);
  EXPECT_LT(flops, training_flops(without_warmups(config)));
  // And back; 1e-9: doubles of 1e13 that are taken from each other.
  EXPECT_NEAR(steps_for_tokens(config, static_cast<double>(tokens)), 60, 1e-9);
  EXPECT_NEAR(steps_for_flops(config, flops), 60, 1e-9);
}

TEST(Warmups, RefuseWhatCannotGrow) {
  EXPECT_NO_THROW(warm_config().validate());
  const auto refuse = [](const char* message, auto change) {
    RunConfig config = warm_config();
    change(config.train);
    EXPECT_ERROR(UsageError, message, config.validate());
  };
  refuse(
      "[train.batch_warmup.from] must be at most train.batch_size = 32, but is "
      "33",
      [](TrainConfig& train) { train.batch_warmup.from = 33; });
  refuse(
      "[train.batch_warmup.steps] is 60, not less than the 60 of train.steps",
      [](TrainConfig& train) { train.batch_warmup.steps = 60; });
  refuse("[train.context_warmup.steps] is 61", [](TrainConfig& train) {
    train.context_warmup.steps = 61;
  });
  for (const int64_t from : {3, 96, 257, 512}) {
    refuse(
        "[train.context_warmup.from] must be train.seq_len = 256 halved",
        [&](TrainConfig& train) { train.context_warmup.from = from; });
  }
  refuse(
      "[train.batch_warmup.from] must be at least 1",
      [](TrainConfig& train) { train.batch_warmup.from = 0; });
}

} // namespace
} // namespace nanobrain
