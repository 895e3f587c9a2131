#include "nanobrain/base/sample.h"

#include <cmath>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

// By hand; NumPy's quantile, median and std(ddof=1) say the same.
TEST(Sample, QuantilesMedianAndDeviation) {
  const std::vector<double> sorted = {1, 2, 4, 8};
  EXPECT_DOUBLE_EQ(quantile(sorted, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.9), 4 + 0.7 * 4);
  EXPECT_DOUBLE_EQ(quantile(sorted, 1), 8);
  EXPECT_DOUBLE_EQ(median({8, 1, 4, 2}), 3);
  EXPECT_DOUBLE_EQ(median({5, 1, 4}), 4);
  // Mean 3.75: squares of 2.75, 1.75, 0.25 and 4.25.
  EXPECT_DOUBLE_EQ(standard_deviation(sorted), std::sqrt(28.75 / 3));
}

// A slowest time without end leaves the other quantiles finite.
TEST(Sample, AnInfiniteValueIsNoNeighbourOfTheExactPlaces) {
  const std::vector<double> sorted = {1, 2, INFINITY};
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.5), 2);
}

} // namespace
} // namespace nanobrain
