#include "nanobrain/sweep/differences.h"

#include <cmath>

#include "nanobrain/base/error.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

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
  // What a seed adds is the same for all cells and cancels; seed 2 makes the
  // second layer worth 0.02 more at FFN 16 alone, so 0.01 on average.
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
  const Estimate& layers = all[0].difference;
  EXPECT_NEAR(layers.mean, -0.1 - 0.01 / 3, 1e-12);
  // -0.10, -0.11, -0.10: t of 97.5 % with two degrees of freedom is 4.3027.
  EXPECT_NEAR(layers.high - layers.mean, 4.3026527 * 0.01 / 3, 1e-8);
  EXPECT_EQ(all[1].key, "model.ffn_dim");
  // At two layers of seed 2: -0.28 instead of -0.3.
  EXPECT_NEAR(all[1].difference.mean, -0.3 + 0.01 / 3, 1e-12);
}

TEST_F(KeyEffects, AreOverTheSeedsThatAllPairsHaveDone) {
  for (const int64_t seed : {1, 2}) {
    for (size_t cell = 0; cell < 4; ++cell) {
      if (cell == 3 && seed == 2) continue;
      sweep_.finish(
          cell, seed, cell < 2 ? 2.0 : 1.5 * static_cast<double>(seed));
    }
  }
  auto all = effects();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].pairs, 2u);
  EXPECT_EQ(all[0].difference.values.size(), 1u);
  EXPECT_NEAR(all[0].difference.mean, -0.5, 1e-12);
  EXPECT_TRUE(std::isnan(all[0].p));
}

TEST_F(KeyEffects, LeaveOutPairsWithoutARun) {
  sweep_.finish(0, 1, 2.0);
  EXPECT_THAT(effects(), IsEmpty());
  sweep_.finish(2, 1, 1.8);
  const auto all = effects(); // nothing of FFN 32 is done
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].key, "model.num_layers");
  EXPECT_EQ(all[0].pairs, 1u);
  EXPECT_NEAR(all[0].difference.mean, -0.2, 1e-12);
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
          "key,from,to,pairs,bits_per_byte_difference,sd,low,high,seeds,p\n"
          "model.num_layers,1,2,2,-0.25,,,,1,\n"));
  EXPECT_THAT(
      effects_table(summary).markdown(),
      HasSubstr("| model.num_layers | 1 | 2 | -0.2500 |  |  | 1 | 2 |\n"));
}

} // namespace
} // namespace nanobrain::testing
