// The kernels in f32, one table for each instruction set.
#pragma once

#include <cstdint>

#include "nanobrain/kernels/panels.h"

namespace nanobrain {

/// Bits of a bf16, as the files that see no LibTorch header spell it.
using Bf16Bits = uint16_t;

/// The elementwise half of the tiled head. A block of scores has `rows` tokens
/// of `columns` columns, a multiple of 32, rows `stride` apart; -infinity where
/// there is no score.
struct SoftmaxTile {
  /// Lanes of a row: column i belongs to lane i % kLanes.
  static constexpr int64_t kLanes = 16;

  /// Takes a block into the running maximum and sum of exp(score - maximum) of
  /// each row and lane, (rows, kLanes) each, which start at a finite number and
  /// 0 (online softmax, Milakov and Gimelshein 2018).
  void (*add_exp)(
      const float* scores,
      int64_t rows,
      int64_t columns,
      int64_t stride,
      float* lane_max,
      float* lane_sum);

  /// The same with one maximum for all lanes of a row; each score becomes
  /// exp(score - maximum), at least 9e-27.
  void (*exponentials)(
      float* scores,
      int64_t rows,
      int64_t columns,
      int64_t stride,
      float* lane_max,
      float* lane_sum);

  /// p = exp(score - row_lse) of rows without a gap, at least 9e-27, rounded to
  /// bf16, twice: row by row, and in `pairs` with rows 2i and 2i + 1
  /// interleaved (VNNI order, the right side of a product). rows is even. Null
  /// below AVX512-BF16, as are the two that follow.
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

/// The elementwise half of causal attention. A tile has the scores of `keys`
/// keys, a row each, with the kQueries queries from `first_query` on, a column
/// each: softmax then runs over rows, and no vector is summed across its lanes.
/// A query sees the keys up to its own position; the probabilities of the
/// others are 0.
struct AttentionTile {
  static constexpr int64_t kQueries = 64;

  /// scores -> exp(score - max); the maximum and the sum of each query.
  void (*softmax)(
      float* scores, int64_t keys, int64_t first_query, float* max, float* sum);

  /// scores -> P = exp(score - lse), and dP -> scale * P * (dP - delta), the
  /// gradient of the products of queries and keys; lse and delta by query.
  void (*backward)(
      float* scores,
      float* dp,
      int64_t keys,
      int64_t first_query,
      const float* lse,
      const float* delta,
      float scale);
};

/// GELU (Hendrycks, Gimpel 2016), x times the normal distribution function of
/// x, and its approximation by tanh, for arrays of any length.
struct GeluKernels {
  using Forward = void (*)(const float* x, int64_t count, float* y);
  /// dx = dy times the derivative at x.
  using Backward =
      void (*)(const float* x, const float* dy, int64_t count, float* dx);

  Forward erf;
  Backward erf_backward;
  Forward tanh;
  Backward tanh_backward;
};

struct VectorKernels {
  PanelProduct multiply; // null with AVX-512: F32Products
  SoftmaxTile softmax;
  AttentionTile attention;
  GeluKernels gelu;
};

extern const VectorKernels kAvx2Kernels;
extern const VectorKernels kAvx512Kernels;
extern const VectorKernels kAvx512Bf16Kernels;
extern const VectorKernels kNeonKernels;

enum class Isa; // base/isa.h
/// The table of the best instruction set that `isa` includes. Error if there is
/// none: LibTorch's operators serve kPortable.
const VectorKernels& vector_kernels(Isa isa);

} // namespace nanobrain
