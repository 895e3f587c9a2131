// The int8 arithmetic of the engine, one table for each instruction set.
//
// Activations are quantized a row at a time: q = round_to_even(x * 127 / m),
// m the row's largest magnitude, scale m / 127; products with int8 weights are
// added up exactly in int32. So every table gives the same integers, and the
// float that becomes of them is one expression, acc * (scale_x * scale_w), in
// one order: all tables give the same bits.
#pragma once

#include <cstdint>

#include "nanobrain/runtime/packed_matrix.h"

namespace nanobrain {

/// Activations (rows, padded_in), int8, rows 64-byte aligned, zeros past `in`.
struct QuantizedRows {
  const int8_t* data;
  const float* scale; // (rows)
  int64_t rows;
  int64_t ld; // a multiple of 64, from row to row
};

struct Int8Kernels {
  /// x (n) -> q, zeros up to `padded`; returns the scale, 0 for a row of zeros.
  float (*quantize)(const float* x, int64_t n, int64_t padded, int8_t* q);

  /// y (rows, columns of the blocks) = x W^T for the blocks of 16 outputs
  /// [first, last); y points at the first of these columns, rows ld_y apart.
  /// Columns past W.out() are not written.
  void (*multiply)(
      const QuantizedRows& x,
      const PackedMatrix& w,
      int64_t first,
      int64_t last,
      float* y,
      int64_t ld_y);

  /// The same for one row, with the largest of the columns and its index (the
  /// first of equal ones): greedy generation needs no logits.
  void (*argmax)(
      const QuantizedRows& x,
      const PackedMatrix& w,
      int64_t first,
      int64_t last,
      float* value,
      int64_t* index);

  /// Running maximum and sum of exp(y - max) of each row over the blocks, for
  /// log-softmax without logits; max (rows) and sum (rows) are updated.
  void (*add_exp)(
      const QuantizedRows& x,
      const PackedMatrix& w,
      int64_t first,
      int64_t last,
      float* max,
      double* sum);
};

/// The table of active_isa().
const Int8Kernels& int8_kernels();

} // namespace nanobrain
