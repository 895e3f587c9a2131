#include "nanobrain/train/train_bench.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/config/run_config.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

RunConfig tiny_config() {
  RunConfig config;
  config.model.num_layers = 1;
  config.model.num_heads = 2;
  config.model.model_dim = 16;
  config.model.ffn_dim = 32;
  config.model.vocab_size = 100;
  config.model.max_seq_len = 8;
  config.train.batch_size = 3;
  config.train.seq_len = 8;
  config.train.grad_accum_steps = 2;
  config.train.threads = 1;
  return config;
}

TEST(TrainBench, CountsEveryTokenOfEveryStep) {
  const TrainBenchReport report =
      bench_train(tiny_config(), {.steps = 4, .warm_up = 1});
  EXPECT_EQ(report.tokens_per_s.size(), 4);
  EXPECT_EQ(report.tokens_per_step, 3 * 8 * 2);
  EXPECT_EQ(report.threads, 1);
  EXPECT_GT(report.peak_rss_bytes, 0);
  // 100 x 16 + 8 x 16 + (2 x 32 + 48 x 16 + 16 x 16 + 2 x 16 x 32) + 32
  EXPECT_EQ(report.parameters, 1600 + 128 + 64 + 768 + 256 + 1024 + 32);
}

TEST(TrainBench, SharesAreOfTheWholeTime) {
  const Json json = bench_train(tiny_config(), {.steps = 5}).to_json();
  double sum = 0;
  for (const char* part : {"data", "body", "head", "optimizer"}) {
    EXPECT_GT(json["shares"][part], 0) << part;
    sum += json["shares"][part].get<double>();
  }
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(TrainBench, MedianIsOfTheSortedSteps) {
  TrainBenchReport report;
  report.tokens_per_s = {5, 1, 100};
  EXPECT_EQ(report.median(), 5);
  report.tokens_per_s = {5, 1, 100, 6};
  EXPECT_EQ(report.median(), 5.5);
  EXPECT_EQ(report.to_json()["min"], 1);
  EXPECT_EQ(report.to_json()["max"], 100);
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
