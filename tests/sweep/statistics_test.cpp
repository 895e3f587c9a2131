#include "nanobrain/sweep/statistics.h"

#include <cmath>

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

// Published tables give three decimals.
TEST(Statistics, QuantilesOfStudentsTAreThoseOfTheTables) {
  const std::vector<std::pair<int64_t, double>> table = {
      {1, 12.706},
      {2, 4.303},
      {3, 3.182},
      {4, 2.776},
      {9, 2.262},
      {30, 2.042},
      {120, 1.980}};
  for (const auto& [degrees, t] : table) {
    EXPECT_NEAR(student_t_quantile(0.975, degrees), t, 5e-4) << degrees;
  }
  EXPECT_NEAR(student_t_quantile(0.995, 2), 9.925, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.5, 7), 0, 1e-12);
}

// With 1 and 2 degrees of freedom the distribution has a closed form.
TEST(Statistics, TailsOfStudentsTAreThoseOfTheClosedForms) {
  for (const double t : {0.0, 0.1, 0.5, 1.0, 2.5, 10.0, 300.0}) {
    EXPECT_NEAR(student_t_two_sided(t, 1), 1 - 2 / M_PI * std::atan(t), 1e-13)
        << t;
    EXPECT_NEAR(student_t_two_sided(t, 2), 1 - t / std::sqrt(2 + t * t), 1e-13)
        << t;
  }
}

// SciPy's own quantiles are good to 1e-10 or so at few degrees of freedom.
TEST(Statistics, AgreeWithSciPy) {
  const Json golden =
      read_json(testing::source_dir() / "tests/golden/statistics.json");
  for (const Json& q : golden["quantiles"]) {
    const auto t = q["t"].get<double>();
    EXPECT_NEAR(student_t_quantile(q["p"], q["degrees"]), t, 1e-9 * t) << q;
  }
  for (const Json& tail : golden["tails"]) {
    const auto p = tail["two_sided"].get<double>();
    // 1e-15: what is left of a tail after 1 - (the middle).
    EXPECT_NEAR(
        student_t_two_sided(tail["t"], tail["degrees"]), p, 1e-9 * p + 1e-15)
        << tail;
  }
  for (const Json& sample : golden["samples"]) {
    const auto a = sample["a"].get<std::vector<double>>();
    const auto b = sample["b"].get<std::vector<double>>();
    const auto expect = [&](const char* key, double got) {
      // Losses near 2 lose 9 digits in differences near 0.002.
      EXPECT_NEAR(got, sample[key].get<double>(), 1e-11)
          << key << " of " << a.size();
    };
    const Estimate e = estimate(a);
    expect("mean", e.mean);
    expect("sd", e.sd);
    expect("low", e.low);
    expect("high", e.high);
    const PairedDifference d = paired_difference(a, b);
    expect("difference", d.difference.mean);
    expect("difference_low", d.difference.low);
    expect("difference_high", d.difference.high);
    expect("p", d.p);
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

TEST(Statistics, PairsCancelWhatTheyShare) {
  // Seeds differ by far more than cells do.
  const std::vector<double> a = {1.0, 5.0, 9.0};
  const std::vector<double> b = {1.1, 5.1, 9.4};
  const auto d = paired_difference(a, b);
  EXPECT_NEAR(d.difference.mean, 0.2, 1e-12);
  EXPECT_NEAR(d.difference.sd, std::sqrt(0.03), 1e-12);
  // t = 0.2 / (0.1732 / sqrt 3) = 2; P(|T| >= 2) with 2 degrees of freedom.
  EXPECT_NEAR(d.p, 1 - 2 / std::sqrt(6.0), 1e-9);
  EXPECT_GT(paired_difference(b, a).difference.high, 0);
  EXPECT_EQ(paired_difference(a, a).p, 1);
  EXPECT_TRUE(
      std::isnan(paired_difference(std::vector{1.0}, std::vector{2.0}).p));
  EXPECT_ERROR(
      Error,
      "3 values do not pair with 1",
      paired_difference(a, std::vector{1.0}));
}

} // namespace
} // namespace nanobrain
