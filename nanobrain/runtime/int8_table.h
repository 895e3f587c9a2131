// The int8 arithmetic of the engine as a table of functions, one table for each
// instruction set. Plain structs: see packed_view.h.
//
// Activations are quantized a row at a time: q = round_to_even(x * (127 / m)),
// m the row's largest magnitude, scale m / 127; products with int8 weights are
// added up exactly in int32. So every table gives the same integers, and the
// float that becomes of them is one expression, acc * (scale_x * scale_w), in
// one order, with nothing that could be fused: all tables give the same bits.
#pragma once

#include <cstdint>

#include "nanobrain/runtime/packed_view.h"

namespace nanobrain {

/// Activations (rows, padded_in), int8, rows 64-byte aligned, zeros past `in`.
struct QuantizedRows {
  const int8_t* data;
  const float* scale; // (rows)
  int64_t rows;
  int64_t ld; // a multiple of 64, from row to row
};

/// Blocks [first, last) of 16 outputs are a part of W's; a block past W.out is
/// no fault and gives nothing. What comes of a row is the same whatever rows it
/// comes with.
struct Int8Kernels {
  const char* name; // of the instruction set

  /// x (n) -> q, zeros up to `padded`, a multiple of 64; returns the scale.
  /// Magnitudes under 1e-30 count as zeros, scale 0; a row that is not finite
  /// gives zeros with the scale NaN, so that what comes of it is NaN.
  float (*quantize)(const float* x, int64_t n, int64_t padded, int8_t* q);

  /// y (rows, columns of the blocks) = x W^T; y points at the first of these
  /// columns, rows ld_y apart. Columns past W.out are not written.
  void (*multiply)(
      const QuantizedRows& x,
      const PackedView& w,
      int64_t first,
      int64_t last,
      float* y,
      int64_t ld_y);

  /// The same for one row, but only the largest of the columns and its output
  /// index in W, the first of equal ones: greedy generation needs no logits.
  /// -infinity and the first column where there is none or all are NaN.
  void (*argmax)(
      const QuantizedRows& x,
      const PackedView& w,
      int64_t first,
      int64_t last,
      float* value,
      int64_t* index);

  /// Adds up exp(y - reference) of each row over the blocks, for log-softmax
  /// without logits; reference (rows) and sum (rows), both zeros at first, are
  /// updated. The reference is at most 32 from the largest y. Sums are taken
  /// over 1,024 columns from `first` on: other splits of W give other last
  /// bits, as do other instruction sets.
  void (*add_exp)(
      const QuantizedRows& x,
      const PackedView& w,
      int64_t first,
      int64_t last,
      float* reference,
      double* sum);
};

extern const Int8Kernels kPortableInt8Kernels;
extern const Int8Kernels kAvx2Int8Kernels;
extern const Int8Kernels kAvxVnniInt8Kernels;
extern const Int8Kernels kAvx512VnniInt8Kernels;
extern const Int8Kernels kAmxInt8Kernels;
extern const Int8Kernels kNeonInt8Kernels;
extern const Int8Kernels kNeonDotprodInt8Kernels;

} // namespace nanobrain
