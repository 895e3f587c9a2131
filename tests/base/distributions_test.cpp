#include "nanobrain/base/distributions.h"

#include "nanobrain/base/chi_average.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

// With 1 and 2 degrees of freedom the distribution has a closed form.
TEST(Distributions, TailsOfStudentsTAreThoseOfTheClosedForms) {
  for (const double t : {0.0, 0.1, 0.5, 1.0, 2.5, 10.0, 300.0}) {
    EXPECT_NEAR(student_t_two_sided(t, 1), 1 - 2 / M_PI * std::atan(t), 1e-13)
        << t;
    EXPECT_NEAR(student_t_two_sided(t, 2), 1 - t / std::sqrt(2 + t * t), 1e-13)
        << t;
  }
}

// SciPy's own quantiles are good to 1e-10 or so at few degrees of freedom.
TEST(Distributions, AgreeWithSciPy) {
  const Json golden =
      read_json(testing::source_dir() / "tests/golden/statistics.json");
  for (const Json& q : golden["quantiles"]) {
    const auto t = q["t"].get<double>();
    EXPECT_NEAR(student_t_quantile(q["p"], q["degrees"]), t, 1e-9 * t) << q;
  }
  // 1e-15: what is left of a tail after 1 - (the middle).
  const auto near = [](double tail, const Json& p) {
    EXPECT_NEAR(tail, p.get<double>(), 1e-9 * p.get<double>() + 1e-15);
  };
  for (const Json& tail : golden["tails"]) {
    near(student_t_two_sided(tail["t"], tail["degrees"]), tail["two_sided"]);
  }
  for (const Json& tail : golden["f_tails"]) {
    near(f_upper_tail(tail["f"], tail["above"], tail["below"]), tail["p"]);
  }
  for (const Json& tail : golden["chi_squared_tails"]) {
    near(chi_squared_upper_tail(tail["x"], tail["degrees"]), tail["p"]);
  }
}

// E[s^2] is 1 and P(s <= 1) that of chi-squared; Student's t is the average of
// a normal tail.
TEST(Distributions, AveragesOverChi) {
  for (const double degrees : {1.0, 1.5, 2.0, 7.0, 40.0, 1000.0}) {
    EXPECT_NEAR(
        average_over_chi(degrees, [](double s) { return s * s; }), 1, 1e-9)
        << degrees;
    const double tail = average_over_chi(
        degrees, [](double s) { return 2 * normal_cdf(-1.7 * s); });
    EXPECT_NEAR(tail, student_t_two_sided(1.7, degrees), 1e-10) << degrees;
  }
}

} // namespace
} // namespace nanobrain
