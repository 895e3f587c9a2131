// IEEE half precision.
#pragma once

#include <bit>
#include <cstdint>

namespace nanobrain {

/// The float that equals a half.
inline float half_to_float(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000U) << 16;
  const uint32_t exponent = half >> 10 & 0x1fU;
  const uint32_t fraction = half & 0x3ffU;
  if (exponent == 0) { // zero and the denormal numbers: a multiple of 2^-24
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(magnitude));
  }
  const uint32_t wide = exponent == 0x1fU ? 0xffU : exponent + 127 - 15;
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

} // namespace nanobrain
