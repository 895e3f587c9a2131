// The elementwise half of the tiled head.
//
// A block of scores has `rows` tokens of `stride` columns, a multiple of 32;
// -infinity where there is no score.
#pragma once

#include <cstdint>

namespace nanobrain {

/// Bits of a bf16, as the files that see no LibTorch header spell it.
using Bf16Bits = uint16_t;

struct SoftmaxTile {
  /// Lanes of a row: column i belongs to lane i % kLanes.
  static constexpr int64_t kLanes = 16;

  /// Takes a block into the running maximum and sum of exp(score - maximum) of
  /// each row and lane, (rows, kLanes) each, which start at a finite number and
  /// 0 (online softmax, Milakov and Gimelshein 2018).
  void (*add_exp)(
      const float* scores,
      int64_t rows,
      int64_t stride,
      float* lane_max,
      float* lane_sum);

  /// p = exp(score - row_lse), at least 9e-27; p may be `scores`.
  void (*probabilities)(
      const float* scores,
      int64_t rows,
      int64_t stride,
      const float* row_lse,
      float* p);

  /// The same rounded to bf16, twice: row by row, and in `pairs` with rows 2i
  /// and 2i + 1 interleaved (VNNI order, the right side of a product). rows is
  /// even. Null below AVX512-BF16, as are the two that follow.
  void (*probabilities_bf16)(
      const float* scores,
      int64_t rows,
      int64_t stride,
      const float* row_lse,
      Bf16Bits* p,
      Bf16Bits* pairs) = nullptr;

  /// count is a multiple of 16.
  void (*to_bf16)(const float* in, int64_t count, Bf16Bits* out) = nullptr;

  /// (rows, columns) -> VNNI order; rows even, columns a multiple of 32.
  void (*interleave_rows)(
      const Bf16Bits* in,
      int64_t rows,
      int64_t columns,
      Bf16Bits* out) = nullptr;
};

} // namespace nanobrain
