// The range test of the learning rate.
#include "nanobrain/train/find_lr.h"

#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/run/metrics_log.h"
#include "nanobrain/run/run_config_file.h"
#include "tests/train/tiny_run.h"

namespace nanobrain {
namespace {

using testing::TinyRun;

TEST(FindLrTest, RatesGrowUntilTheLossDiverges) {
  const TinyRun tiny;
  const auto files = testing::names_in(tiny.path(""));
  const RunConfig config = read_run_config(tiny.config());
  const Json report = find_lr(config, {.steps = 60, .from = 0.01, .to = 1e4});
  const Json& curve = report["curve"];
  ASSERT_GT(curve.size(), 10U);
  EXPECT_LT(curve.size(), 60U); // stopped
  double least = INFINITY;
  for (size_t i = 0; i < curve.size(); ++i) {
    const auto factor = curve[i]["factor"].get<double>();
    EXPECT_EQ(curve[i]["step"], i + 1);
    EXPECT_NEAR(
        factor / (0.01 * std::pow(1e6, static_cast<double>(i) / 59)), 1, 1e-9);
    EXPECT_NEAR(curve[i]["lr"].get<double>(), factor * 0.01, 1e-9 * factor);
    least = std::min(least, curve[i]["smoothed"].get<double>());
  }
  EXPECT_LT(least, curve[0]["smoothed"].get<double>()); // it learned first
  EXPECT_LT(report["steepest_factor"], curve.back()["factor"]);
  EXPECT_EQ(
      report["least_lr"].get<double>(),
      report["least_factor"].get<double>() * config.optimizer.lr);
  // It leaves nothing behind, and begins as the run does.
  EXPECT_EQ(testing::names_in(tiny.path("")), files);
  tiny.train("run");
  EXPECT_EQ(
      curve[0]["loss"],
      read_metrics(tiny.path("run") / "metrics.jsonl")[0]["train_loss"]);
}

TEST(FindLrTest, ItsTableIsTheCurve) {
  const TinyRun tiny;
  const Json report = find_lr(
      read_run_config(tiny.config()), {.steps = 10, .from = 0.1, .to = 1});
  ASSERT_EQ(report["curve"].size(), 10U);
  const Table table = find_lr_table(report);
  ASSERT_EQ(table.rows.size(), 10U);
  std::vector<std::string> keys;
  for (const Column& column : table.columns) keys.push_back(column.key);
  EXPECT_EQ(
      keys,
      (std::vector<std::string>{"step", "factor", "lr", "loss", "smoothed"}));
}

TEST(FindLrTest, NamesFactorsAndStepsThatCannotBe) {
  const TinyRun tiny;
  const RunConfig config = read_run_config(tiny.config());
  for (const FindLrOptions& options :
       {FindLrOptions{.steps = 9},
        FindLrOptions{.from = 0},
        FindLrOptions{.from = 1, .to = 1}}) {
    EXPECT_ERROR(
        UsageError,
        "[--find-lr] takes 10 steps or more",
        find_lr(config, options));
  }
}

} // namespace
} // namespace nanobrain
