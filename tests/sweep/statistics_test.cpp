#include "nanobrain/sweep/statistics.h"

#include <cmath>

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(Statistics, EstimatesAgreeWithSciPy) {
  const Json golden =
      read_json(testing::source_dir() / "tests/golden/statistics.json");
  for (const Json& sample : golden["samples"]) {
    const Estimate e = estimate(sample["a"].get<std::vector<double>>());
    EXPECT_NEAR(e.mean, sample["mean"], 1e-14);
    EXPECT_NEAR(e.sd, sample["sd"], 1e-14);
    // SciPy's quantiles: 1e-10 of 12.7 at one degree of freedom.
    EXPECT_NEAR(e.low, sample["low"], 1e-10);
    EXPECT_NEAR(e.high, sample["high"], 1e-10);
  }
}

TEST(Statistics, EstimateByHand) {
  const Estimate e = estimate({1, 2, 6});
  EXPECT_DOUBLE_EQ(e.mean, 3);
  EXPECT_DOUBLE_EQ(e.sd, std::sqrt(7)); // (4 + 1 + 9) / 2
  EXPECT_NEAR(e.high - e.mean, 4.303 * std::sqrt(7.0 / 3), 1e-3);
  EXPECT_DOUBLE_EQ(e.mean - e.low, e.high - e.mean);
  EXPECT_EQ(e.to_json()["values"].size(), 3u);

  const Estimate one = estimate({5});
  EXPECT_EQ(one.mean, 5);
  EXPECT_FALSE(one.has_interval());
  EXPECT_TRUE(one.to_json()["low"].is_null());
  EXPECT_ERROR(Error, "there is no value", estimate({}));
}

} // namespace
} // namespace nanobrain
