#include "nanobrain/sweep/differences.h"

#include <cmath>

#include "nanobrain/base/error.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;

TEST(CellDifferences, PairBySeedWhateverElseIsDone) {
  const SweepResults sweep;
  sweep.finish(0, 1, 2.0);
  sweep.finish(0, 2, 2.5);
  sweep.finish(0, 3, 9.0); // the other cell's seed 3 is still to come
  sweep.finish(1, 1, 1.9);
  sweep.finish(1, 2, 2.3);
  const SweepSummary summary = summarize_sweep(sweep.folder());
  const auto all = cell_differences(summary);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].a->id, sweep.id(0));
  EXPECT_EQ(all[0].b->id, sweep.id(1));
  const Estimate& d = all[0].difference;
  EXPECT_EQ(d.values.size(), 2u);
  EXPECT_NEAR(d.mean, -0.15, 1e-12);
  // With one degree of freedom p has a closed form; t = -0.15 / 0.05.
  EXPECT_NEAR(all[0].p, 1 - 2 / M_PI * std::atan(3), 1e-9);
}

TEST(CellDifferences, TablesTellWhoIsAbove) {
  const SweepResults sweep;
  EXPECT_ERROR(
      Error,
      "no run is done",
      differences_to_best(summarize_sweep(sweep.folder())));
  sweep.finish(0, 1, 2.0);
  sweep.finish(1, 1, 1.9);
  SweepSummary summary = summarize_sweep(sweep.folder());
  EXPECT_EQ(best_cell(summary)->id, sweep.id(1));
  EXPECT_THAT(
      differences_to_best(summary).markdown(),
      HasSubstr("| num_layers=1 | +0.1000 |  |  | 1 |\n"));
  EXPECT_THAT(
      differences_table(summary).csv(),
      ::testing::MatchesRegex(
          "a,b,bits_per_byte_difference,sd,low,high,seeds,p\n"
          "num_layers=1,num_layers=2,-0\\.1[0-9]*,,,,1,\n"));
  sweep.finish(0, 2, 2.1);
  sweep.finish(1, 2, 2.02);
  summary = summarize_sweep(sweep.folder());
  // 0.09 +- 12.706 x 0.01
  EXPECT_THAT(
      differences_to_best(summary).markdown(),
      HasSubstr("| num_layers=1 | +0.0900 | -0.0371 to +0.2171 | 0.07 | 2 |"));
}

} // namespace
} // namespace nanobrain::testing
