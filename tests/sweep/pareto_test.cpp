#include "nanobrain/sweep/pareto.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "nanobrain/base/random.h"

namespace nanobrain {
namespace {

using ::testing::ElementsAre;

ParetoPoint point(double cost, double loss, double spread = 0) {
  return {
      cost,
      {{1, loss - spread}, {2, loss + spread / 3}, {3, loss + spread * 2 / 3}}};
}

TEST(Pareto, ByHand) {
  const auto front = pareto_front(
      {point(1, 3), point(2, 2), point(2, 2.5), point(3, 2), point(4, 1)});
  EXPECT_THAT(
      front,
      ElementsAre(
          OnFront::kOn,
          OnFront::kOn,
          OnFront::kOff,
          OnFront::kOff,
          OnFront::kOn));
}

TEST(Pareto, EqualPointsAreBothOnIt) {
  EXPECT_THAT(
      pareto_front({point(1, 2), point(1, 2)}),
      ElementsAre(OnFront::kOn, OnFront::kOn));
}

TEST(Pareto, AGainWithinNoiseIsMarked) {
  // The dearer one gains 0.01 at the mean, by differences from -0.1 to 0.07.
  const auto noisy = pareto_front({point(1, 2), point(2, 1.99, 0.1)});
  EXPECT_THAT(noisy, ElementsAre(OnFront::kOn, OnFront::kNoise));
  // Both move alike from seed to seed: the gain is sure.
  const auto paired = pareto_front({point(1, 2, 0.1), point(2, 1.99, 0.1)});
  EXPECT_THAT(paired, ElementsAre(OnFront::kOn, OnFront::kOn));
  // Of two that cost the same the better one may be so by chance.
  const auto same = pareto_front({point(1, 2), point(1, 1.99, 0.1)});
  EXPECT_THAT(same, ElementsAre(OnFront::kOff, OnFront::kNoise));
  // A single common seed says nothing of noise.
  const auto single =
      pareto_front({{1, {{1, 2.0}}}, {2, {{1, 1.9}, {2, 2.0}}}});
  EXPECT_THAT(single, ElementsAre(OnFront::kOn, OnFront::kOn));
}

TEST(Pareto, IsWhatIsLeftOfASortByCost) {
  Random random(5);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<ParetoPoint> points;
    for (int i = 0; i < 12; ++i) {
      // Few values, so that some are equal.
      const auto cost = static_cast<double>(random.below(6));
      points.push_back({cost, {{1, static_cast<double>(random.below(6))}}});
    }
    // A second derivation: by cost, then loss; a point stays where its loss is
    // under all cheaper ones' and no more than its equals in cost.
    const auto front = pareto_front(points);
    for (size_t i = 0; i < points.size(); ++i) {
      const double loss = points[i].losses.at(1);
      const bool on = std::none_of(
          points.begin(), points.end(), [&](const ParetoPoint& other) {
            const double rival = other.losses.at(1);
            return other.cost < points[i].cost    ? rival <= loss
                   : other.cost == points[i].cost ? rival < loss
                                                  : false;
          });
      EXPECT_EQ(front[i] != OnFront::kOff, on);
    }
  }
}

} // namespace
} // namespace nanobrain
