#include "nanobrain/optimizer/schedule.h"

#include "nanobrain/base/json.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

// Both compute in double with a handful of operations on values up to 1, and
// PyTorch's recurrences round once a step over 40 steps.
constexpr double kTolerance = 1e-13;

TEST(ScheduleTest, CosineAndWarmupStableDecayEqualPyTorchs) {
  const Json golden =
      read_json(testing::source_dir() / "tests/golden/training.json");
  for (const ScheduleKind kind : {ScheduleKind::kCosine, ScheduleKind::kWsd}) {
    const std::string name = words(kind)[static_cast<size_t>(kind)];
    const ScheduleConfig config{
        .kind = kind, .warmup_steps = 8, .decay_fraction = 0.25};
    ASSERT_EQ(golden[name].size(), 40);
    for (int64_t step = 0; step < 40; ++step) {
      EXPECT_NEAR(
          learning_rate_factor(config, step, 40),
          golden[name][static_cast<size_t>(step)].get<double>(),
          kTolerance)
          << name << ", step " << step;
    }
  }
}

TEST(ScheduleTest, ConstantOnlyWarmsUp) {
  const ScheduleConfig config{
      .kind = ScheduleKind::kConstant, .warmup_steps = 4};
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 0, 10), 0.25);
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 2, 10), 0.75);
  for (int64_t step = 3; step < 10; ++step) {
    EXPECT_DOUBLE_EQ(learning_rate_factor(config, step, 10), 1);
  }
}

TEST(ScheduleTest, DecaysByItsShape) {
  const auto factor = [](DecayShape shape, int64_t step) {
    const ScheduleConfig config{
        .kind = ScheduleKind::kWsd,
        .warmup_steps = 0,
        .final_fraction = 0.2,
        .decay_fraction = 0.4,
        .decay = shape};
    return learning_rate_factor(config, step, 10);
  };
  // The last four of ten steps; after the first of them t = 1/4.
  using enum DecayShape;
  for (const DecayShape shape : {kLinear, kSqrt, kSquare}) {
    EXPECT_DOUBLE_EQ(factor(shape, 5), 1);
    EXPECT_NEAR(factor(shape, 9), 0.2, kTolerance);
  }
  EXPECT_NEAR(factor(kLinear, 6), 0.2 + 0.8 * 0.75, kTolerance);
  EXPECT_NEAR(factor(kSqrt, 6), 0.2 + 0.8 * 0.5, kTolerance);
  EXPECT_NEAR(factor(kSquare, 6), 0.2 + 0.8 * 0.9375, kTolerance);
  const ScheduleConfig straight{
      .kind = ScheduleKind::kLinear, .warmup_steps = 2, .final_fraction = 0};
  EXPECT_NEAR(learning_rate_factor(straight, 3, 10), 0.75, kTolerance);
  EXPECT_EQ(learning_rate_factor(straight, 9, 10), 0);
}

// A decay that would begin in the warm-up begins at its end, without a jump.
TEST(ScheduleTest, DecayWaitsForTheWarmUp) {
  const ScheduleConfig config{
      .kind = ScheduleKind::kWsd, .warmup_steps = 50, .decay_fraction = 0.8};
  EXPECT_DOUBLE_EQ(learning_rate_factor(config, 49, 100), 1);
  for (int64_t step = 50; step < 100; ++step) {
    EXPECT_NEAR(
        learning_rate_factor(config, step - 1, 100) -
            learning_rate_factor(config, step, 100),
        0.9 / 50,
        kTolerance);
  }
}

// Properties for many lengths, warm-ups longer than the run included.
TEST(ScheduleTest, StaysInRangeAndEndsAtTheFinalFraction) {
  for (const ScheduleKind kind :
       {ScheduleKind::kCosine, ScheduleKind::kLinear, ScheduleKind::kWsd}) {
    for (int64_t steps = 1; steps < 30; ++steps) {
      for (int64_t warmup = 0; warmup < 35; ++warmup) {
        const ScheduleConfig config{
            .kind = kind, .warmup_steps = warmup, .final_fraction = 0.05};
        double before = 2;
        for (int64_t step = 0; step < steps; ++step) {
          const double factor = learning_rate_factor(config, step, steps);
          ASSERT_GT(factor, 0);
          ASSERT_LE(factor, 1);
          if (step >= warmup) {
            ASSERT_LE(factor, before);
            before = factor;
          }
        }
        const bool decays =
            kind == ScheduleKind::kCosine || steps >= 3; // wsd: 0.2 of steps
        if (warmup < steps && decays) {
          ASSERT_NEAR(
              learning_rate_factor(config, steps - 1, steps), 0.05, 1e-12)
              << words(kind)[static_cast<size_t>(kind)] << " " << steps << " "
              << warmup;
        }
      }
    }
  }
}

} // namespace
} // namespace nanobrain
