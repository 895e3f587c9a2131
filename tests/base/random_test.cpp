#include "nanobrain/base/random.h"

#include <array>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

// The values that Vigna's splitmix64.c gives for this seed.
TEST(Random, GivesThePublishedNumbers) {
  Random random(1234567);
  for (const uint64_t wanted :
       {6457827717110365317ULL,
        3203168211198807973ULL,
        9817491932198370423ULL,
        4593380528125082431ULL,
        16408922859458223821ULL}) {
    EXPECT_EQ(random(), wanted);
  }
}

TEST(Random, BelowIsEven) {
  // Chi-squared with 6 degrees of freedom: 22.5 is the 99.9 % point.
  constexpr int kDraws = 70000;
  std::array<int, 7> counts{};
  Random random(5);
  for (int i = 0; i < kDraws; ++i) ++counts[random.below(7)];
  double chi_squared = 0;
  for (const int count : counts) {
    const double off = count - kDraws / 7.0;
    chi_squared += off * off / (kDraws / 7.0);
  }
  EXPECT_LT(chi_squared, 22.5);
}

TEST(Random, BelowHasNoBiasWhereTheRangeIsHuge) {
  // A plain modulo would give the lower third of 3 * 2^62 twice as often.
  constexpr uint64_t kThird = 1ULL << 62;
  constexpr int kDraws = 30000;
  int low = 0;
  Random random(6);
  for (int i = 0; i < kDraws; ++i) low += random.below(3 * kThird) < kThird;
  // Five standard deviations of a binomial with p = 1/3.
  EXPECT_NEAR(low, kDraws / 3, 5 * 82);
}

TEST(Random, UniformLiesInTheUnitInterval) {
  Random random(7);
  double sum = 0;
  constexpr int kDraws = 30000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.uniform();
    ASSERT_GE(x, 0);
    ASSERT_LT(x, 1);
    sum += x;
  }
  // Five standard deviations of a mean of uniforms: 5 / sqrt(12 n).
  EXPECT_NEAR(sum / kDraws, 0.5, 0.0084);
}

} // namespace
} // namespace nanobrain
