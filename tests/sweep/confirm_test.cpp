#include "nanobrain/sweep/confirm.h"

#include "nanobrain/base/error.h"
#include "nanobrain/sweep/budget.h"
#include "nanobrain/sweep/halving.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

/// Four depths, of which 2 is the base's.
class Confirmation : public ::testing::Test {
 protected:
  /// Three runs of each cell about these, and a little noise.
  void finish(const std::vector<double>& means, double noise = 0.001) {
    for (size_t cell = 0; cell < means.size(); ++cell) {
      for (const int64_t seed : {1, 2, 3}) {
        const auto turn =
            static_cast<double>((seed + static_cast<int64_t>(cell)) % 3);
        sweep_.finish(cell, seed, means[cell] + noise * turn);
      }
    }
  }
  std::string planned(int64_t seeds = 4) const {
    const SweepConfig sweep = plan_confirmation(sweep_.folder(), seeds);
    return joined(make_cells(sweep), &Cell::id);
  }

  SweepResults sweep_{
      "grid: {model.num_layers: [1, 2, 3, 4]}\nbudget: {steps: 4}\n"};
};

TEST_F(Confirmation, IsOfTheReferenceAndTheBestOnFreshSeeds) {
  finish({2.0, 1.9, 1.8, 1.7});
  EXPECT_EQ(planned(), "num_layers=2 num_layers=4");
  const SweepConfig sweep = plan_confirmation(sweep_.folder(), 4);
  EXPECT_THAT(sweep.seeds, ElementsAre(4, 5, 6, 7));
  EXPECT_EQ(sweep.budget.steps, 4);
  // Three that these runs do not tell apart.
  finish({2.0, 1.9, 1.7001, 1.7});
  EXPECT_EQ(planned(), "num_layers=2 num_layers=4 num_layers=3");
  // Never more than three, and the reference.
  finish({1.70001, 1.7002, 1.7001, 1.7}, 0.1);
  EXPECT_EQ(planned(), "num_layers=2 num_layers=4 num_layers=1 num_layers=3");
  // The reference itself is best: beside the next.
  finish({2.0, 1.6, 1.8, 1.7});
  EXPECT_EQ(planned(), "num_layers=2 num_layers=4");
  // A cell with a failed run is no candidate.
  RunStatus failed;
  failed.state = "failed";
  failed.attempts = 1;
  sweep_.set_status(3, 2, failed);
  EXPECT_EQ(planned(), "num_layers=2 num_layers=3");
}

TEST_F(Confirmation, TakesAFinishedSweep) {
  EXPECT_ERROR(UsageError, "must be at least 2", planned(1));
  EXPECT_ERROR(Error, "is not finished", planned());
  finish({2.0, 1.9, 1.8});
  EXPECT_ERROR(Error, "is not finished", planned());
  RunStatus failed;
  failed.state = "failed";
  failed.attempts = 1;
  for (const int64_t seed : {1, 2, 3}) sweep_.set_status(3, seed, failed);
  EXPECT_EQ(planned(), "num_layers=2 num_layers=3");
  for (const size_t cell : {0, 1}) sweep_.set_status(cell, 1, failed);
  EXPECT_ERROR(Error, "fewer than two cells", planned());
}

TEST_F(Confirmation, HasAFolderThatTheSummaryKeepsApart) {
  finish({2.0, 1.9, 1.8, 1.7});
  const SweepFolder folder = open_confirmation(sweep_.folder(), 3);
  EXPECT_EQ(folder.root, sweep_.folder().root / "confirm");
  EXPECT_EQ(
      joined(make_cells(read_sweep_folder(folder)), &Cell::id),
      "num_layers=2 num_layers=4");
  EXPECT_EQ(summarize_sweep(sweep_.folder()).cells.size(), 4u);
  // The same, though the sweep's own figures have changed.
  finish({1.0, 1.9, 1.8, 1.7});
  EXPECT_EQ(open_confirmation(sweep_.folder(), 3).root, folder.root);
  EXPECT_EQ(read_sweep_folder(folder).seeds.size(), 3u);
  EXPECT_ERROR(
      Error,
      "confirms on 3 seeds: give --confirm 3",
      open_confirmation(sweep_.folder(), 5));
}

TEST(ConfirmationOfMinutes, HasTheStepsThatWereMeasured) {
  const SweepResults sweep(
      "grid: {model.num_layers: [1, 2]}\nbudget: {minutes: 3}\n"
      "search: {kind: halving, rungs: 2}\n");
  Json measured;
  for (const size_t cell : {0, 1}) {
    measured["cells"][sweep.id(cell)] = {{"steps", 70}};
  }
  write_minutes(sweep.folder(), measured);
  const SweepConfig config = read_sweep_folder(sweep.folder());
  auto cells = make_cells(config);
  set_steps(measured, cells);
  fs::remove_all(sweep.folder().cells());
  for (const Cell& cell : cells_of_rung(cells, config.search, 1)) {
    write_cell(sweep.folder(), cell);
    for (const int64_t seed : {1, 2, 3}) sweep.finish(cell.id, seed, 2.0);
  }
  const SweepFolder again = open_confirmation(sweep.folder(), 2);
  const auto fresh = make_cells(read_sweep_folder(again));
  ASSERT_EQ(fresh.size(), 2u);
  EXPECT_EQ(read_minutes(again, fresh), measured);
}

} // namespace
} // namespace nanobrain::testing
