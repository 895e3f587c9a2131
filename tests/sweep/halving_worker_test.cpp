// The rungs of a halving search, run by workers.
#include "nanobrain/sweep/halving.h"

#include "nanobrain/base/error.h"
#include "nanobrain/sweep/differences.h"
#include "nanobrain/sweep/summary.h"
#include "tests/sweep/worker_case.h"

namespace nanobrain::testing {
namespace {

using HalvingWorkerTest = WorkerTest;

TEST_F(HalvingWorkerTest, HalvingContinuesWithTheBest) {
  open(
      "grid: {model.num_layers: [1, 2, 3, 4]}\nseeds: [1, 2]\n"
      "search: {kind: halving, rungs: 3, fraction: 0.5}\n");
  const pid_t other = start_worker();
  work();
  EXPECT_EQ(wait_for(other), 0);
  EXPECT_TRUE(no_faults());
  EXPECT_EQ(trained(), 2 * (4 + 2 + 1));
  EXPECT_EQ(
      joined(summarize_sweep(folder_).cells, &CellSummary::id),
      "num_layers=1,steps=2 num_layers=2,steps=2 num_layers=3,steps=2 "
      "num_layers=4,steps=2 num_layers=3,steps=4 num_layers=4,steps=4 "
      "num_layers=4,steps=8");
}

TEST_F(HalvingWorkerTest, FailuresOfEveryRungAreForgotten) {
  open(
      "grid: {model.num_layers: [1, 2]}\nseeds: [1, 2]\n"
      "search: {kind: halving, rungs: 2, fraction: 0.5}\n");
  mischief("[ $steps$seed = 82 ] && { rmdir \"$4.busy\"; exit 1; }\n");
  work();
  const auto summary = [&] { return summarize_sweep(folder_); };
  EXPECT_EQ(summary().count("failed"), 1);
  mischief("");
  work();
  EXPECT_EQ(summary().count("failed"), 1);
  forget_failures(folder_, sweep_, cells_);
  work();
  EXPECT_EQ(summary().count("done"), 2 * (2 + 1));
  EXPECT_EQ(trained(), 2 * (2 + 1) + 1);
}

/// A rung decides against a cell that has runs of the next one.
class OtherSurvivorTest : public WorkerTest {
 protected:
  /// 2 layers fail in rung 0, and so does the last run of 1 layer, which
  /// continues in their place.
  void fail_twice() {
    open(
        "grid: {model.num_layers: [1, 2]}\nseeds: [1, 2]\n"
        "search: {kind: halving, rungs: 2, fraction: 0.5}\n");
    mischief(
        "case $layers$steps$seed in\n"
        "  242|182) rmdir \"$4.busy\"; exit 1;;\nesac\n");
    work();
    mischief("");
  }
  void expect_two_layers_alone(const std::string& state) const {
    const SweepSummary sweep = summarize_sweep(folder_);
    const auto& one = sweep.cells.at(2);
    EXPECT_EQ(one.id, "num_layers=1,steps=8");
    EXPECT_EQ(one.count(state), 1);
    EXPECT_TRUE(one.incomplete());
    EXPECT_EQ(best_cell(sweep)->id, "num_layers=2,steps=8");
    EXPECT_TRUE(sweep.finished());
  }
};

TEST_F(OtherSurvivorTest, LeavesAFailedRunAndFinishes) {
  fail_twice();
  EXPECT_TRUE(summarize_sweep(folder_).finished());
  EXPECT_EQ(trained(), 4 + 2);
  forget_failures(folder_, sweep_, cells_);
  EXPECT_FALSE(summarize_sweep(folder_).finished());
  work();
  EXPECT_EQ(trained(), 4 + 2 + 1 + 2);
  expect_two_layers_alone("failed");
}

TEST_F(OtherSurvivorTest, LeavesAnInterruptedRunAndFinishes) {
  fail_twice();
  const SeedFolder left = folder_.seed("num_layers=1,steps=8", 2);
  RunStatus status = read_status(left);
  status.state = "interrupted";
  write_status(left, status);
  forget_failures(folder_, sweep_, cells_);
  work();
  expect_two_layers_alone("interrupted");
}

TEST_F(HalvingWorkerTest, ARungRanksWhatIsDone) {
  open(
      "grid: {model.num_layers: [1, 2]}\nseeds: [1]\n"
      "search: {kind: halving, rungs: 2, fraction: 0.5}\n");
  work();
  // The run of 2 layers fails when it is done again; its result is the old one.
  const SeedFolder again = folder_.seed("num_layers=2,steps=4", 1);
  RunStatus status = read_status(again);
  status.state = "failed";
  write_status(again, status);
  work();
  EXPECT_TRUE(fs::exists(again.result()));
  EXPECT_TRUE(fs::exists(folder_.cell("num_layers=1,steps=8")));
}

TEST_F(HalvingWorkerTest, ARungOfAnotherWarmUpIsNotMixed) {
  open(
      "grid: {model.num_layers: [1, 2]}\nseeds: [1]\n"
      "search: {kind: halving, rungs: 2, fraction: 0.5}\n");
  const auto first = cells_of_rung(cells_, sweep_.search, 0);
  const SeedFolder begun = folder_.seed(first[1].id, 1);
  fs::create_directories(begun.root);
  write_text(begun.config(), "schedule: {warmup_steps: 50}\n");
  EXPECT_ERROR(
      Error,
      "was begun with 50 steps of warm-up, and its rung now has 25",
      work());
}

} // namespace
} // namespace nanobrain::testing
