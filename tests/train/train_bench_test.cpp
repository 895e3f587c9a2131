#include "nanobrain/train/train_bench.h"

#include "nanobrain/base/error.h"
#include "nanobrain/config/run_config.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

RunConfig tiny_config() {
  RunConfig config;
  config.model = {
      .num_layers = 1,
      .num_heads = 2,
      .model_dim = 16,
      .ffn_dim = 32,
      .vocab_size = 100,
      .max_seq_len = 8};
  config.train.batch_size = 3;
  config.train.seq_len = 8;
  config.train.grad_accum_steps = 2;
  config.train.threads = 1;
  return config;
}

TEST(TrainBench, CountsEveryTokenOfEveryStepAndSharesOfTheWholeTime) {
  const Json report = bench_train(tiny_config(), {.steps = 4, .warm_up = 1});
  EXPECT_EQ(report["steps"], 4);
  EXPECT_EQ(report["tokens_per_step"], 3 * 8 * 2);
  EXPECT_EQ(report["threads"], 1);
  EXPECT_GT(report["peak_rss_bytes"], 0);
  EXPECT_GT(report["min"], 0);
  EXPECT_LE(report["min"], report["tokens_per_s"]);
  EXPECT_LE(report["tokens_per_s"], report["max"]);
  // 100 x 16 + 8 x 16 + (2 x 32 + 48 x 16 + 16 x 16 + 2 x 16 x 32) + 32
  EXPECT_EQ(report["parameters"], 1600 + 128 + 64 + 768 + 256 + 1024 + 32);
  double sum = 0;
  for (const char* part : {"data", "body", "head", "optimizer"}) {
    EXPECT_GT(report["shares"][part], 0) << part;
    sum += report["shares"][part].get<double>();
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_THAT(
      train_bench_table(report).text(),
      ::testing::AllOf(
          ::testing::HasSubstr("the median of 4 steps of 48 tokens"),
          ::testing::HasSubstr("; 3,872 parameters")));
}

TEST(TrainBench, TakesMoreStepsUntilTheSecondsHavePassed) {
  const Json report =
      bench_train(tiny_config(), {.steps = 1, .warm_up = 1, .seconds = 0.2});
  // Each of them took some of the time: the slowest at most all of it.
  EXPECT_GT(report["steps"], 1);
  EXPECT_GE(
      report["steps"].get<double>() * 48 / report["min"].get<double>(), 0.2);
}

TEST(TrainBench, RefusesWhatCannotBeTimed) {
  EXPECT_ERROR(
      UsageError, "has 0 and 3", bench_train(tiny_config(), {.steps = 0}));
  RunConfig config = tiny_config();
  config.train.seq_len = 9;
  EXPECT_ERROR(UsageError, "seq_len", bench_train(config, {}));
}

} // namespace
} // namespace nanobrain
