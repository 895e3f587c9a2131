#include "nanobrain/sweep/power.h"

#include <cmath>

#include "nanobrain/base/distributions.h"
#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(Power, AgreesWithSciPysNoncentralT) {
  const Json golden =
      read_json(testing::source_dir() / "tests/golden/statistics.json");
  for (const Json& row : golden["power"]) {
    EXPECT_NEAR(
        power_of_t(row["shift"], row["reach"], row["degrees"]),
        row["power"],
        1e-8)
        << row;
  }
  for (const Json& row : golden["detectable"]) {
    EXPECT_NEAR(
        detectable_shift(0.8, row["reach"], row["degrees"]), row["shift"], 1e-6)
        << row;
  }
}

TEST(Power, WithoutADifferenceIsTheLevel) {
  EXPECT_NEAR(power_of_t(0, 2.5, 7), student_t_two_sided(2.5, 7), 1e-10);
}

std::vector<Json> grid(int64_t layers, int64_t widths) {
  std::vector<Json> overrides;
  for (int64_t l = 0; l < layers; ++l) {
    for (int64_t w = 0; w < widths; ++w) {
      overrides.push_back({{"layers", l}, {"width", w}});
    }
  }
  return overrides;
}

TEST(Power, OfTheDepthAndWidthGrid) {
  const auto all = detectable_differences(grid(3, 3), 3, 0.0036);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].of, "two cells");
  EXPECT_EQ(all[0].family, "36 pairs, Tukey-Kramer");
  // 80 % power takes some 2.8 standard errors, a little more with 18 degrees of
  // freedom: 0.0036 x sqrt(2/3) x 2.95.
  EXPECT_NEAR(all[0].alone, 0.0087, 1e-4);
  EXPECT_GT(all[0].adjusted, 1.3 * all[0].alone);
  EXPECT_EQ(all[1].of, "layers");
  EXPECT_EQ(all[1].family, "6 effects, Bonferroni");
  // Three pairs of cells each.
  EXPECT_NEAR(all[1].alone, all[0].alone / std::sqrt(3.0), 1e-9);
  EXPECT_EQ(all[2].alone, all[1].alone);
  // More seeds find less.
  EXPECT_LT(detectable_differences(grid(3, 3), 13, 0.0036)[0].alone, 0.0041);
  EXPECT_EQ(detectable_differences(grid(1, 4), 3, 1).size(), 1u);
  EXPECT_THAT(detectable_differences(grid(3, 3), 1, 1), ::testing::IsEmpty());
}

} // namespace
} // namespace nanobrain
