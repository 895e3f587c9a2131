#include "nanobrain/inference/statistics.h"

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

// numpy.percentile([...], [50, 90, 99]) of NumPy 2.4.
TEST(Statistics, AreThoseOfNumPy) {
  const Statistics four = statistics_of({40, 10, 30, 20});
  EXPECT_EQ(four.count, 4);
  EXPECT_EQ(four.min, 10);
  EXPECT_DOUBLE_EQ(four.p50, 25);
  EXPECT_DOUBLE_EQ(four.p90, 37);
  EXPECT_DOUBLE_EQ(four.p99, 39.7);
  EXPECT_EQ(four.max, 40);

  const Statistics five = statistics_of({1, 1000, 2, 4, 3});
  EXPECT_EQ(five.p50, 3);
  EXPECT_DOUBLE_EQ(five.p90, 601.6);
  EXPECT_DOUBLE_EQ(five.p99, 960.16);

  const Statistics one = statistics_of({7});
  for (const double value : {one.min, one.p50, one.p90, one.p99, one.max}) {
    EXPECT_EQ(value, 7);
  }
}

// Of 1,001 measurements the percentiles are measurements: 500, 900 and 990 lie
// below them.
TEST(Statistics, HaveTheirShareOfMeasurementsBelow) {
  Random random(3);
  std::vector<double> values;
  for (int i = 0; i < 1001; ++i) values.push_back(random.uniform());
  const Statistics s = statistics_of(values);
  const auto below = [&](double limit) {
    return std::ranges::count_if(values, [&](double v) { return v < limit; });
  };
  EXPECT_EQ(below(s.p50), 500);
  EXPECT_EQ(below(s.p90), 900);
  EXPECT_EQ(below(s.p99), 990);
  EXPECT_EQ(below(s.min), 0);
  EXPECT_EQ(below(s.max), 1000);
}

TEST(Statistics, OfNothingAreAnError) {
  EXPECT_ERROR(Error, "nothing was measured", statistics_of({}));
}

} // namespace
} // namespace nanobrain
