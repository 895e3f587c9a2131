// The int8 arithmetic of the engine as a table of functions, one table for each
// instruction set. The files of the instruction sets include this: no library
// header may stand here, whose functions would be compiled for one of them.
//
// Activations are quantized a row at a time: q = round_to_even(x * (127 / m)),
// m the row's largest magnitude, scale m / 127; products with int8 weights are
// added up exactly in int32. So every table gives the same integers, and the
// float that becomes of them is one expression, acc * (scale_x * scale_w), in
// one order, with nothing that could be fused: all tables give the same bits.
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

/// Activations (rows, padded_in), int8, rows 64-byte aligned, zeros past `in`.
struct QuantizedRows {
  const int8_t* data;
  const float* scale; // (rows)
  int64_t rows;
  int64_t ld; // a multiple of 64, from row to row

  /// Always inline, so that no file's copy serves the others.
  [[gnu::always_inline]] QuantizedRows row(int64_t i) const {
    return {data + i * ld, scale + i, 1, ld};
  }
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
  /// updated. The reference is at most 32 from the largest y, or the
  /// sum NaN: past 2^29 floats are too far apart for that. Sums are taken
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

enum class Isa; // base/isa.h
/// The table of the best instruction set that `isa` includes.
const Int8Kernels& int8_kernels(Isa isa);
/// The table of active_isa().
const Int8Kernels& int8_kernels();

} // namespace nanobrain
