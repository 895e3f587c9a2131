#include "nanobrain/sweep/studentized_range.h"

#include <cmath>

#include "nanobrain/base/distributions.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

// SciPy integrates to some 1e-9.
TEST(StudentizedRange, AgreesWithSciPy) {
  const Json golden =
      read_json(testing::source_dir() / "tests/golden/statistics.json");
  for (const Json& r : golden["ranges"]) {
    EXPECT_NEAR(
        studentized_range_upper_tail(r["q"], r["means"], r["degrees"]),
        r["p"],
        1e-8)
        << r;
  }
  for (const Json& r : golden["range_quantiles"]) {
    const auto q = r["q"].get<double>();
    EXPECT_NEAR(
        studentized_range_quantile(r["p"], r["means"], r["degrees"]),
        q,
        1e-6 * q)
        << r;
  }
}

// Tables print 3.609 (3 means, 18 degrees of freedom) and 4.955 (9 means).
TEST(StudentizedRange, HasTheTablesPoints) {
  EXPECT_NEAR(studentized_range_quantile(0.95, 3, 18), 3.609, 1e-3);
  EXPECT_NEAR(studentized_range_quantile(0.95, 9, 18), 4.955, 1e-3);
}

TEST(StudentizedRange, OfTwoMeansIsStudentsT) {
  for (const double degrees : {1.0, 2.0, 4.5, 18.0, 500.0}) {
    for (const double t : {0.0, 0.3, 1.0, 3.0, 12.0}) {
      EXPECT_NEAR(
          studentized_range_upper_tail(std::sqrt(2.0) * t, 2, degrees),
          student_t_two_sided(t, degrees),
          1e-10);
    }
  }
}

} // namespace
} // namespace nanobrain
