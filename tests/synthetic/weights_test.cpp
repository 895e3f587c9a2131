#include "nanobrain/synthetic/weights.h"

#include <array>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(Weights, DrawsAtItsProbabilities) {
  const std::array<uint32_t, 4> given = {1, 5, 100, 14};
  Weights weights;
  for (const uint32_t weight : given) weights.add(weight);
  Random random(2);
  const int draws = 200'000;
  std::array<int, 4> seen{};
  for (int i = 0; i < draws; ++i) ++seen.at(weights.draw(random));
  for (size_t i = 0; i < given.size(); ++i) {
    const double p = given[i] / 120.0;
    // Five standard deviations of a binomial.
    EXPECT_NEAR(seen[i], draws * p, 5 * std::sqrt(draws * p * (1 - p)));
    EXPECT_DOUBLE_EQ(weights.bits(static_cast<int>(i)), -std::log2(p));
  }
}

} // namespace
} // namespace nanobrain
