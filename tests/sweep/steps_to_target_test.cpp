#include "nanobrain/sweep/steps_to_target.h"

#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/sweep/summary.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

/// Every 100 steps an evaluation, a line without one between.
std::vector<Json> curve(const std::vector<Json>& bits) {
  std::vector<Json> metrics;
  for (size_t i = 0; i < bits.size(); ++i) {
    metrics.push_back({{"step", 100 * i + 50}, {"train_loss", 3.0}});
    metrics.push_back(
        {{"step", 100 * (i + 1)}, {"val_bits_per_byte", bits[i]}});
  }
  return metrics;
}

TEST(StepsToTarget, TheFirstCrossingOnALineBetweenEvaluations) {
  // A quarter of the way from 2.0 at 200 to 1.8 at 300.
  const auto falling = curve({2.5, 2.0, 1.8, 1.7});
  EXPECT_NEAR(*steps_to_target(falling, 1.95), 225, 1e-9);
  EXPECT_EQ(steps_to_target(falling, 1.8), 300);
  EXPECT_EQ(steps_to_target(falling, 2.5), 100);
  EXPECT_EQ(steps_to_target(falling, 2.6), 100); // no sooner than it is known
  EXPECT_EQ(steps_to_target(falling, 1.69), std::nullopt);
  EXPECT_EQ(steps_to_target({}, 2.0), std::nullopt);
  // Up again, and below at the end: half of the way from 100 to 200.
  EXPECT_NEAR(*steps_to_target(curve({2.2, 1.8, 2.1, 1.9}), 2.0), 150, 1e-9);
  // What ends above the target has not kept it.
  EXPECT_EQ(steps_to_target(curve({2.2, 1.8, 2.1}), 2.0), std::nullopt);
  // No line through what is not finite.
  EXPECT_EQ(steps_to_target(curve({2.2, nullptr, 1.9}), 2.0), 300);
}

// A curve that is convex between two evaluations is under the line.
TEST(StepsToTarget, IsNoEarlierThanOfAConvexCurve) {
  std::vector<Json> bits;
  for (int i = 1; i <= 10; ++i) bits.push_back(1.7 + 40.0 / (100.0 * i));
  for (const double target : {1.75, 1.8, 1.9, 2.0}) {
    const double exact = 40.0 / (target - 1.7);
    EXPECT_GE(*steps_to_target(curve(bits), target), exact - 1e-9);
    EXPECT_LE(*steps_to_target(curve(bits), target), exact + 100);
  }
}

constexpr const char* kSweep =
    "grid: {model.num_layers: [1, 2]}\nbudget: {steps: 4}\ntarget: 1.9\n"
    "set: {train.eval_every: 2, schedule.warmup_steps: 1}\n";

void add_steps(const SweepResults& sweep, size_t cell, int64_t seed, double n) {
  const auto path = sweep.seed(cell, seed).result();
  Json result = read_json(path);
  result["steps_to_target"] = n;
  write_json(path, result);
}

TEST(StepsToTarget, ACellHasAMeanWhereAllItsRunsReachedIt) {
  const SweepResults sweep(kSweep);
  for (const int64_t seed : {1, 2, 3}) {
    for (const size_t cell : {0, 1}) sweep.finish(cell, seed, 1.8);
    add_steps(sweep, 0, seed, 2.0 + 0.5 * static_cast<double>(seed));
  }
  add_steps(sweep, 1, 2, 3.5);
  const SweepSummary summary = summarize_sweep(sweep.folder());
  const Estimate& e = summary.cells[0].f32->at("steps_to_target");
  EXPECT_EQ(e.mean, 3.0);
  // numpy: std([2.5, 3, 3.5], ddof=1) is 0.5, scipy: t.ppf(0.975, 2) 4.302653.
  EXPECT_NEAR(e.high - e.mean, 4.302653 * 0.5 / std::sqrt(3.0), 1e-5);
  EXPECT_FALSE(summary.cells[1].f32->figures.contains("steps_to_target"));
  const Table table = cells_table(summary);
  EXPECT_THAT(table.text(), HasSubstr("3.0 ± 1.2"));
  EXPECT_THAT(table.text(), HasSubstr("1 of 3 reached it"));
  EXPECT_THAT(table.csv(), HasSubstr("steps_to_target_high"));
  EXPECT_THAT(table.csv(), HasSubstr("steps_to_target_runs"));
  EXPECT_THAT(runs_table(summary).csv(), HasSubstr("steps_to_target"));
}

TEST(StepsToTarget, SweepsWithoutATargetHaveNoColumn) {
  const SweepResults sweep;
  sweep.finish(0, 1, 1.8);
  const SweepSummary summary = summarize_sweep(sweep.folder());
  EXPECT_THAT(cells_table(summary).csv(), Not(HasSubstr("to_target")));
  EXPECT_THAT(runs_table(summary).csv(), Not(HasSubstr("to_target")));
}

TEST(StepsToTarget, NeedsATargetAndACurve) {
  const SweepFiles files;
  const std::string grid =
      "grid: {model.num_layers: [1]}\nbudget: {steps: 40}\n";
  EXPECT_ERROR(
      UsageError,
      "target] must be positive, but is -1",
      files.read(grid + "target: -1\n"));
  for (const char* every : {"0", "40"}) {
    EXPECT_ERROR(
        UsageError,
        "evaluated at its end only; set.train.eval_every: 2",
        make_cells(files.read(
            grid + "target: 1.9\nset: {train.eval_every: " + every + "}\n")));
  }
}

} // namespace
} // namespace nanobrain::testing
