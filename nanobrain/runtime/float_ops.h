// The f32 arithmetic of the engine between its int8 products, a row at a time:
// a row gets the same bits whether it comes alone or with others. One table for
// each instruction set; their results differ by rounding. No library header may
// stand here: see int8_kernels.h.
#pragma once

#include <cstdint>

namespace nanobrain {

/// Keys and values of a layer's heads, in the order that attention reads them.
struct AttentionHeads {
  static constexpr int64_t kLanes = 16;

  const float* keys;   // (heads, positions / 16, head_dim, 16)
  const float* values; // (heads, positions, head_dim padded to 16), then zeros
  int64_t heads;
  int64_t head_dim;
  int64_t key_size, value_size; // floats of a head
};

/// Rows are 64-byte aligned and padded with zeros to a multiple of 16; all
/// counts but layer_norm's are such multiples.
struct FloatOps {
  /// y = (x - mean) / sqrt(variance + epsilon) * weight + bias over n values.
  void (*layer_norm)(
      const float* x,
      const float* weight,
      const float* bias,
      int64_t n,
      float epsilon,
      float* y);
  /// In place.
  void (*gelu_erf)(float* x, int64_t n);
  void (*gelu_tanh)(float* x, int64_t n);
  /// x += y.
  void (*add)(const float* y, int64_t n, float* x);
  /// out = softmax(query keys^T / sqrt(head_dim)) values over the first `count`
  /// positions, of each head: query and out (heads * head_dim). Writes zeros
  /// up to a multiple of 16 past the last head, to any address. `scores` is
  /// room for kHeads times `count` values, rounded up to such a multiple.
  void (*attend)(
      const float* query,
      const AttentionHeads& heads,
      int64_t count,
      float* scores,
      float* out);
  /// maxima[i] = the largest of the i-th 64 of n values, any number. False
  /// where one is NaN or +infinity.
  bool (*block_max)(const float* x, int64_t n, float* maxima);
  /// sums[i] = sum of exp((x - max) * factor) over the same; x at most max.
  /// Terms below e^-60 count as 0.
  void (*exp_sums)(
      const float* x, int64_t n, float max, float factor, float* sums);

  static constexpr int64_t kBlockLength = 64;
  static constexpr int64_t kHeads = 4; // that attend() takes side by side
};

/// n rounded up to a multiple of 16.
constexpr int64_t padded_to_lanes(int64_t n) {
  return (n + 15) / 16 * 16;
}

extern const FloatOps kPortableFloatOps;
extern const FloatOps kAvx2FloatOps;
extern const FloatOps kAvx512FloatOps;

enum class Isa; // base/isa.h
/// The table of the best instruction set that `isa` includes.
const FloatOps& float_ops(Isa isa);
/// The table of active_isa().
const FloatOps& float_ops();

} // namespace nanobrain
