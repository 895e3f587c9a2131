#include "nanobrain/sweep/differences.h"

#include <cmath>
#include <sstream>

#include "nanobrain/base/error.h"
#include "nanobrain/sweep/halving.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

RunStatus failed() {
  RunStatus status;
  status.state = "failed";
  return status;
}

TEST(CellDifferences, AreOfTheMeansOfWhatIsDone) {
  const SweepResults sweep;
  sweep.finish(0, 1, 2.0);
  sweep.finish(0, 2, 2.02);
  sweep.finish(1, 1, 1.9);
  const SweepSummary summary = summarize_sweep(sweep.folder());
  const auto all = cell_differences(summary);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].a->id, sweep.id(0));
  EXPECT_EQ(all[0].b->id, sweep.id(1));
  EXPECT_NEAR(all[0].value, -0.11, 1e-12);
  // One degree of freedom: p has a closed form; sd 0.0141 x sqrt(1/2 + 1).
  const double t = 0.11 / (0.02 / std::sqrt(2.0) * std::sqrt(1.5));
  EXPECT_NEAR(all[0].p, 1 - 2 / M_PI * std::atan(t), 1e-9);
}

TEST(CellDifferences, AnIncompleteCellIsNeitherBestNorCompared) {
  const SweepResults sweep;
  for (const int64_t seed : {1, 2, 3}) sweep.finish(0, seed, 2.0);
  sweep.finish(1, 1, 1.9);
  for (const int64_t seed : {2, 3}) sweep.set_status(1, seed, failed());
  const SweepSummary summary = summarize_sweep(sweep.folder());
  EXPECT_EQ(best_cell(summary)->id, sweep.id(0));
  EXPECT_THAT(cell_differences(summary), IsEmpty());
  for (const Precision precision : kPrecisions) {
    for (const std::string& axis : axes(summary.figures)) {
      EXPECT_EQ(
          summary.cells[1].at(precision)->front.at(axis), OnFront::kIncomplete);
      EXPECT_EQ(summary.cells[0].at(precision)->front.at(axis), OnFront::kOn);
    }
  }
  EXPECT_THAT(cells_table(summary).markdown(), HasSubstr("| incomplete |"));
  // Nothing is best where all have failed.
  sweep.set_status(0, 1, failed());
  EXPECT_EQ(best_cell(summarize_sweep(sweep.folder())), nullptr);
}

TEST(CellDifferences, TablesTellWhoIsAbove) {
  const SweepResults sweep;
  EXPECT_ERROR(
      Error,
      "there is nothing to tell",
      differences_to_best(summarize_sweep(sweep.folder())));
  sweep.finish(0, 1, 2.0);
  sweep.finish(1, 1, 1.9);
  SweepSummary summary = summarize_sweep(sweep.folder());
  EXPECT_THAT(
      differences_to_best(summary).markdown(),
      HasSubstr("| num_layers=1 | +0.1000 |  |  |  |\n"));
  EXPECT_THAT(
      differences_table(summary).csv(),
      MatchesRegex(
          "a,b,bits_per_byte_difference,standard_error,df,low,high,p,p_holm,"
          "p_tukey,simultaneous_low,simultaneous_high\n"
          "num_layers=1,num_layers=2,-0\\.1[0-9]*,,,,,,,,,\n"));
  sweep.finish(0, 2, 2.02);
  sweep.finish(1, 2, 1.92);
  sweep.finish(0, 3, 2.01);
  sweep.finish(1, 3, 1.9);
  summary = summarize_sweep(sweep.folder());
  // Two cells are one pair: nothing to adjust. 0.10333 +- 2.7764 x 0.0088192
  EXPECT_THAT(
      differences_to_best(summary).markdown(),
      AllOf(
          HasSubstr(
              "| num_layers=1 | +0.1033 | +0.0788 to +0.1278 | 0.0003 | 0.0003 "
              "|"),
          HasSubstr("- pooled within-cell sd 0.0108, 4 degrees of freedom; no "
                    "seed effect shown")));
}

TEST(CellDifferences, OfRungsAreOfTheLastOneAlone) {
  const SweepResults sweep(
      "grid: {model.num_layers: [1, 2, 3]}\nbudget: {steps: 8}\n"
      "search: {kind: halving, rungs: 2, fraction: 0.5}\n");
  // What the first rung leaves behind, and the second one of two cells.
  SweepConfig config = read_sweep_folder(sweep.folder());
  const auto cells = make_cells(config);
  fs::remove_all(sweep.folder().cells());
  const auto finish = [&](const Cell& cell, double bits) {
    write_cell(sweep.folder(), cell);
    for (const int64_t seed : {1, 2, 3}) {
      sweep.finish(cell.id, seed, bits + 0.001 * static_cast<double>(seed % 2));
    }
  };
  for (const Cell& cell : cells_of_rung(cells, config.search, 0)) {
    finish(cell, 1.0);
  }
  EXPECT_EQ(cell_differences(summarize_sweep(sweep.folder())).size(), 3u);
  const std::vector<Cell> rest = {cells[0], cells[1]};
  for (const Cell& cell : cells_of_rung(rest, config.search, 1)) {
    finish(cell, 2.0);
  }
  const SweepSummary summary = summarize_sweep(sweep.folder());
  ASSERT_EQ(summary.cells.size(), 5u);
  EXPECT_EQ(cell_differences(summary).size(), 1u);
  EXPECT_EQ(best_cell(summary)->id, "num_layers=1,steps=8");
  EXPECT_THAT(key_effects(summary), IsEmpty()); // steps are no key of the grid
  EXPECT_THAT(summary.cells[0].f32->front, IsEmpty());
  EXPECT_EQ(summary.cells[3].f32->front.at("parameters"), OnFront::kOn);
  EXPECT_EQ(summary.cells[4].f32->front.at("parameters"), OnFront::kOffNoise);
}

/// Cells in this order: (1, 16), (1, 32), (2, 16), (2, 32), layers x FFN.
class KeyEffects : public ::testing::Test {
 protected:
  std::vector<KeyEffect> effects() const {
    return key_effects(summarize_sweep(sweep_.folder()));
  }

  SweepResults sweep_{
      "grid: {model.num_layers: [1, 2], model.ffn_dim: [16, 32]}\n"
      "budget: {steps: 4}\n"};
};

TEST_F(KeyEffects, AreTheSlopesOfASum) {
  // Seed 2 makes the second layer worth 0.02 more at FFN 16 alone, so 0.01 on
  // average of the seed and 0.01 / 3 of all.
  for (const int64_t seed : {1, 2, 3}) {
    const double base = 2.0 + 0.5 * static_cast<double>(seed);
    sweep_.finish(0, seed, base);
    sweep_.finish(1, seed, base - 0.3);
    sweep_.finish(2, seed, base - 0.1 - (seed == 2 ? 0.02 : 0));
    sweep_.finish(3, seed, base - 0.3 - 0.1);
  }
  const auto all = effects();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].key, "model.num_layers");
  EXPECT_EQ(all[0].from, 1);
  EXPECT_EQ(all[0].to, 2);
  EXPECT_EQ(all[0].pairs, 2u);
  EXPECT_NEAR(all[0].value, -0.1 - 0.01 / 3, 1e-12);
  // What a seed adds to all is taken out. Of the one odd run 1 - 1/4 - 1/3 +
  // 1/12 = 1/2 is left: squares of 0.02^2 / 2 with 6 degrees of freedom.
  EXPECT_EQ(all[0].degrees, 6);
  const double error = 0.02 * std::sqrt(0.5 / 6) / std::sqrt(3.0);
  EXPECT_NEAR(all[0].standard_error, error, 1e-12);
  EXPECT_NEAR(all[0].high - all[0].value, 2.446911851 * error, 1e-10);
  EXPECT_EQ(all[1].key, "model.ffn_dim");
  // At two layers of seed 2: -0.28 instead of -0.3.
  EXPECT_NEAR(all[1].value, -0.3 + 0.01 / 3, 1e-12);
  // Two effects: Bonferroni's t is that of 98.75 %.
  EXPECT_NEAR(
      all[1].simultaneous_high - all[1].value, 2.968686684 * error, 1e-8);
}

TEST_F(KeyEffects, LeaveOutPairsOfWhatIsNotComplete) {
  sweep_.finish(0, 1, 2.0);
  EXPECT_THAT(effects(), IsEmpty());
  sweep_.finish(2, 1, 1.8);
  auto all = effects(); // nothing of FFN 32 is done
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].key, "model.num_layers");
  EXPECT_EQ(all[0].pairs, 1u);
  EXPECT_NEAR(all[0].value, -0.2, 1e-12);
  EXPECT_TRUE(std::isnan(all[0].p));
  sweep_.finish(1, 1, 2.0);
  sweep_.finish(3, 1, 1.0);
  EXPECT_EQ(effects().front().pairs, 2u);
  sweep_.set_status(3, 2, failed());
  all = effects();
  EXPECT_EQ(all.front().pairs, 1u);
  EXPECT_NEAR(all[0].value, -0.2, 1e-12);
}

TEST_F(KeyEffects, OfOneKeyAreNone) {
  const SweepResults one;
  one.finish(0, 1, 2.0);
  one.finish(1, 1, 1.9);
  const SweepSummary summary = summarize_sweep(one.folder());
  EXPECT_THAT(key_effects(summary), IsEmpty());
  EXPECT_THAT(effects_table(summary).rows, IsEmpty());
}

TEST_F(KeyEffects, HaveTables) {
  for (size_t cell = 0; cell < 4; ++cell) {
    sweep_.finish(cell, 1, cell < 2 ? 2.0 : 1.75);
  }
  const SweepSummary summary = summarize_sweep(sweep_.folder());
  EXPECT_THAT(
      effects_table(summary).csv(),
      HasSubstr(
          "key,from,to,pairs,bits_per_byte_difference,standard_error,df,low,"
          "high,p,p_holm,simultaneous_low,simultaneous_high\n"
          "model.num_layers,1,2,2,-0.25,,,,,,,,\n"));
  EXPECT_THAT(
      effects_table(summary).markdown(),
      HasSubstr("| model.num_layers | 1 | 2 | -0.2500 |  |  |  | 2 |\n"));
}

/// The committed ablation, from its rows of runs.
class DepthFfnRecord : public ::testing::Test {
 protected:
  DepthFfnRecord() {
    std::istringstream rows(read_text(
        source_dir() /
        "ablations/records/2026-11-23-depth-ffn-standin/runs.csv"));
    std::string row;
    std::getline(rows, row); // the headings
    for (int64_t i = 0; std::getline(rows, row); ++i) {
      std::istringstream values(row.substr(row.find("\",") + 2));
      std::vector<std::string> of;
      for (std::string v; std::getline(values, v, ',');) of.push_back(v);
      sweep_.finish(
          static_cast<size_t>(i) / 3,
          std::stoll(of.at(7)),
          std::stod(of.at(9)));
    }
    summary_ = summarize_sweep(sweep_.folder());
  }

  SweepResults sweep_{
      "grid: {model.num_layers: [1, 2, 4], model.ffn_dim: [128, 256, 512]}\n"
      "budget: {steps: 4}\n"};
  SweepSummary summary_;
};

// Against figures that Python's statistics module and a numerical integral of
// Student's t gave for the same rows.
TEST_F(DepthFfnRecord, SaysWhatItsRowsSay) {
  EXPECT_EQ(
      compared_cells(summary_, Precision::kF32).model.decision(),
      "pooled within-cell sd 0.00364, 18 degrees of freedom; no seed effect "
      "shown (F(2, 16) = 0.29, p 0.75)");
  const auto pairs = cell_differences(summary_);
  ASSERT_EQ(pairs.size(), 36u);
  EXPECT_EQ(
      std::ranges::count_if(pairs, [](auto& d) { return d.p < 0.05; }), 27);
  EXPECT_EQ(
      std::ranges::count_if(pairs, [](auto& d) { return d.p_holm < 0.05; }),
      27);
  // One layer with FFN 512 against the Nano Brain.
  const auto brain = std::ranges::find_if(pairs, [](const auto& d) {
    return d.a->id == "num_layers=1,ffn_dim=512" &&
           d.b->id == "num_layers=2,ffn_dim=256";
  });
  EXPECT_NEAR(brain->value, 0.0096, 5e-5);
  EXPECT_NEAR(brain->p, 0.0047, 5e-5);
  EXPECT_NEAR(brain->p_holm, 0.047, 5e-4);

  const auto effects = key_effects(summary_);
  ASSERT_EQ(effects.size(), 6u);
  EXPECT_EQ(effects[0].key, "model.num_layers"); // 1 to 2
  EXPECT_NEAR(effects[0].p, 0.032, 5e-4);
  EXPECT_NEAR(effects[0].p_holm, 0.095, 5e-4);
  EXPECT_NEAR(effects[1].p, 0.053, 5e-4);     // 1 to 4
  EXPECT_EQ(effects[4].key, "model.ffn_dim"); // 128 to 512
  EXPECT_NEAR(effects[4].value, -0.0280, 5e-5);
  EXPECT_NEAR(effects[4].low, -0.0316, 5e-5);
  EXPECT_NEAR(effects[4].high, -0.0244, 5e-5);
  EXPECT_NEAR(effects[4].high - effects[4].value, 0.0036, 5e-5);
}

} // namespace
} // namespace nanobrain::testing
