#include "nanobrain/runtime/half.h"

#include <bit>
#include <cmath>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

/// The definition: sign, 5 bits of exponent, 10 of fraction.
double value_of(uint16_t half) {
  const double sign = half & 0x8000 ? -1 : 1;
  const int exponent = half >> 10 & 31;
  const int fraction = half & 1023;
  if (exponent == 31) return fraction == 0 ? sign * INFINITY : NAN;
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

TEST(Half, EveryOneHasItsValue) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const double expected = value_of(half);
    const float got = half_to_float(half);
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(got)) << bits;
    } else {
      ASSERT_EQ(
          std::bit_cast<uint32_t>(static_cast<float>(expected)),
          std::bit_cast<uint32_t>(got))
          << bits;
    }
  }
}

} // namespace
} // namespace nanobrain
