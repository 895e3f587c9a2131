#include "nanobrain/optimizer/weight_average.h"

#include "tests/support/support.h"

namespace nanobrain {
namespace {

using torch::Tensor;

/// The average after ten steps, step s giving the weight s.
double average_of_steps(const AverageConfig& config) {
  Tensor weight = torch::zeros({1});
  WeightAverage average(config, 10, {{"w", weight}});
  for (int64_t step = 0; step < 10; ++step) {
    weight.fill_(static_cast<double>(step));
    average.add(step);
  }
  EXPECT_TRUE(average.begun(10));
  const AveragedWeights averaged(average, 10);
  EXPECT_EQ(average.state().front().second.item<double>(), 9);
  return weight.item<double>();
}

TEST(WeightAverageTest, TailIsTheMeanOfTheLastSteps) {
  // Steps 6 to 9.
  EXPECT_NEAR(
      average_of_steps({.kind = AverageKind::kTail, .start = 0.6}), 7.5, 1e-6);
}

TEST(WeightAverageTest, EmaForgetsByItsDecay) {
  // 0.5 after the first steps, whose weights t / (t + 9) stays under it to the
  // last: by hand, in f64.
  double expected = 0;
  for (int t = 0; t < 10; ++t) {
    const double decay = std::min(0.5, t / (t + 9.0));
    expected = decay * expected + (1 - decay) * t;
  }
  EXPECT_NEAR(
      average_of_steps({.kind = AverageKind::kEma, .decay = 0.5, .start = 0}),
      expected,
      1e-6);
}

TEST(WeightAverageTest, LeavesWeightsAloneBeforeItsStartAndAfterItsScope) {
  Tensor weight = torch::ones({2});
  WeightAverage average(
      {.kind = AverageKind::kTail, .start = 0.5}, 4, {{"w", weight}});
  average.add(0);
  average.add(1);
  EXPECT_FALSE(average.begun(2));
  {
    const AveragedWeights averaged(average, 2);
    EXPECT_EQ(weight[0].item<double>(), 1);
  }
  average.add(2);
  weight.fill_(5);
  {
    const AveragedWeights averaged(average, 3);
    EXPECT_EQ(weight[0].item<double>(), 1);
  }
  EXPECT_EQ(weight[0].item<double>(), 5);
}

TEST(WeightAverageTest, NoneHoldsNothing) {
  Tensor weight = torch::ones({2});
  WeightAverage average({}, 4, {{"w", weight}});
  average.add(3);
  EXPECT_FALSE(average.begun(4));
  EXPECT_TRUE(average.state().empty());
}

} // namespace
} // namespace nanobrain
