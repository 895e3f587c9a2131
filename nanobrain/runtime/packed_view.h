// An int8 matrix in the order that the dot products read it, as the files of
// the instruction sets see it: no library header may stand in those.
#pragma once

#include <cstdint>

namespace nanobrain {

/// W (out, in) with a scale per output feature, packed in blocks of 16 outputs:
/// (out / 16, in / 4, 16, 4). A row of 64 bytes has four inputs of each of 16
/// outputs, what a VNNI or AMX dot product takes; `in` is padded to a multiple
/// of 64 and `out` to a multiple of 64, with zeros. Weights are in [-127, 127].
struct PackedView {
  static constexpr int64_t kBlock = 16; // outputs

  const int8_t* data; // 64-byte aligned
  const float* scale; // (padded out); 0 past `out`
  /// 128 times the sum of each output's weights, (padded out): what a product
  /// with activations + 128, unsigned, has too much.
  const int32_t* offset;
  int64_t out;
  int64_t padded_in;
};

} // namespace nanobrain
