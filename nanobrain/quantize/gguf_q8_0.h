// ggml's Q8_0: blocks of 32 values, each an f16 scale and 32 int8 numbers.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace nanobrain {

inline constexpr int64_t kQ8BlockSize = 32;

/// 34 bytes, as in the file.
struct Q8Block {
  uint16_t scale; // the bits of an f16
  int8_t values[kQ8BlockSize];
};
static_assert(sizeof(Q8Block) == 34);

/// values = scale * q with scale = max|values| / 127 of each block; q comes
/// from the scale before it is rounded to f16, halves away from zero, as ggml
/// has it. The number of values is a multiple of 32. Error that begins with
/// `where` where a scale is beyond f16.
std::vector<Q8Block> quantize_q8_0(
    std::span<const float> values, std::string_view where);

} // namespace nanobrain
