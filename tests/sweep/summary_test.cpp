#include "nanobrain/sweep/summary.h"

#include <cmath>

#include "nanobrain/sweep/claim.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

RunStatus failed(const std::string& error) {
  RunStatus status;
  status.state = "failed";
  status.attempts = 2;
  status.exit_code = 137;
  status.error = error;
  status.host = "node-7";
  return status;
}

TEST(SweepSummary, EstimatesOverTheSeedsThatAreDone) {
  const SweepResults sweep;
  sweep.finish(0, 1, 2.00);
  sweep.finish(0, 2, 2.02);
  sweep.set_status(0, 3, failed("[train] the loss is not a number"));
  sweep.finish(1, 1, 1.90);
  const SweepSummary summary = summarize_sweep(sweep.folder());
  const CellSummary& shallow = summary.cells[0];
  EXPECT_THAT(shallow.seeds_done(), ElementsAre(1, 2));
  EXPECT_EQ(shallow.count("failed"), 1);
  EXPECT_EQ(summary.count("done"), 3);
  EXPECT_DOUBLE_EQ(shallow.f32->at("bits_per_byte").mean, 2.01);
  const Estimate& bits = shallow.f32->at("bits_per_byte");
  EXPECT_NEAR(bits.sd, 0.02 / std::sqrt(2), 1e-12);
  // t of one degree of freedom, all that there is: 12.706.
  EXPECT_NEAR(bits.high - bits.mean, 12.7062 * bits.sd / std::sqrt(2), 1e-5);
  // The deeper cell's one run is as far from its mean as these may be.
  const Estimate& one = summary.cells[1].f32->at("bits_per_byte");
  EXPECT_TRUE(std::isnan(one.sd));
  EXPECT_NEAR(one.high - one.mean, 12.7062 * bits.sd, 1e-5);
  EXPECT_DOUBLE_EQ(shallow.f32->at("forward_ms").mean, 1);
  EXPECT_DOUBLE_EQ(shallow.int8->at("forward_ms").mean, 0.5);
  // The files are as large as the runs said, not as arithmetic says.
  EXPECT_EQ(
      shallow.f32->at("bytes").mean,
      shallow.facts["f32_bytes"].get<double>() + 1000);
}

TEST(SweepSummary, AKilledWorkersRunIsNotRunning) {
  const SweepResults sweep;
  RunStatus running;
  running.state = "running";
  sweep.set_status(0, 1, running);
  sweep.set_status(0, 2, running);
  const auto claim = Claim::take(sweep.seed(0, 2).lock());
  const SweepSummary summary = summarize_sweep(sweep.folder());
  EXPECT_EQ(summary.cells[0].runs[0].status.state, "interrupted");
  EXPECT_EQ(summary.cells[0].runs[1].status.state, "running");
}

TEST(SweepSummary, MarksTheFrontsOfEachPrecision) {
  const SweepResults sweep;
  for (const int64_t seed : {1, 2, 3}) {
    const auto shift = 0.1 * static_cast<double>(seed); // that both share
    sweep.finish(0, seed, 2.0 + shift);
    sweep.finish(1, seed, 1.9 + shift + 0.001 * static_cast<double>(seed));
  }
  SweepSummary summary = summarize_sweep(sweep.folder());
  for (const std::string& axis : axes(all_figures())) {
    EXPECT_EQ(summary.cells[0].f32->front.at(axis), OnFront::kOn) << axis;
    EXPECT_EQ(summary.cells[1].f32->front.at(axis), OnFront::kOn) << axis;
    EXPECT_EQ(summary.cells[1].int8->front.at(axis), OnFront::kOn) << axis;
  }
  // Depth buys nothing now, and costs on every axis.
  for (const int64_t seed : {1, 2, 3}) {
    sweep.finish(1, seed, 3 + 0.1 * static_cast<double>(seed));
  }
  summary = summarize_sweep(sweep.folder());
  for (const std::string& axis : axes(all_figures())) {
    EXPECT_EQ(summary.cells[1].f32->front.at(axis), OnFront::kOff) << axis;
  }
}

TEST(SweepSummary, TablesHoldEveryRunAndQuoteWhatTheyMust) {
  const SweepResults sweep;
  sweep.finish(0, 1, 2.0);
  sweep.set_status(0, 2, failed("killed, \"at once\"\nby | someone"));
  const SweepSummary summary = summarize_sweep(sweep.folder());
  const std::string runs = runs_table(summary).csv();
  EXPECT_THAT(
      runs,
      HasSubstr("num_layers=1,1,failed,2,137,\"killed, \"\"at once\"\"\nby | "
                "someone\",node-7,2,"));
  const Table cells = cells_table(summary);
  // A cell without results has the same columns, empty.
  EXPECT_THAT(cells.rows, Each(SizeIs(cells.columns.size())));
  EXPECT_THAT(cells.csv(), HasSubstr(",1,1,2.0,,,,")); // one run: no interval
  EXPECT_THAT(cells.markdown(), HasSubstr("| 1 done, 1 failed |"));
}

} // namespace
} // namespace nanobrain::testing
