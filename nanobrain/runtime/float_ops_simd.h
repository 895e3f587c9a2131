// FloatOps; for files that compile it for one instruction set.
#pragma once

#include "nanobrain/base/simd_gelu.h"
#include "nanobrain/runtime/float_table.h"
#include "nanobrain/runtime/simd_attention.h"

namespace nanobrain {
namespace {

inline void layer_norm(
    const float* x,
    const float* weight,
    const float* bias,
    int64_t n,
    float epsilon,
    float* y) {
  F32x16 total{};
  for (int64_t i = 0; i < n; i += kLanes) total += load(x + i);
  const float mean = sum(total) / static_cast<float>(n);

  F32x16 squares{};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const F32x16 centred = load(x + i) - mean;
    squares += centred * centred;
  }
  if (i < n) { // the padding is not mean-free
    const F32x16 centred = kLaneIndex < static_cast<int32_t>(n - i)
                               ? load(x + i) - mean
                               : F32x16{};
    squares += centred * centred;
  }
  const float variance = sum(squares) / static_cast<float>(n);
  const float factor = 1.0F / __builtin_sqrtf(variance + epsilon);
  for (i = 0; i < n; i += kLanes) {
    const F32x16 scaled = (load(x + i) - mean) * factor;
    store(y + i, scaled * load(weight + i) + load(bias + i));
  }
}

template <Gelu (*gelu)(F32x16)>
inline void gelu_in_place(float* x, int64_t n) {
  for (int64_t i = 0; i < n; i += kLanes) store(x + i, gelu(load(x + i)).value);
}

inline void add(const float* y, int64_t n, float* x) {
  for (int64_t i = 0; i < n; i += kLanes)
    store(x + i, load(x + i) + load(y + i));
}

/// exp, but 0 below e^-60.
inline F32x16 exponential_or_zero(F32x16 x) {
  return x < -60.0F ? F32x16{} : exponential(x);
}

/// The 16 values from x on, of which `count` are there, then -infinity.
inline F32x16 load_some(const float* x, int64_t count) {
  if (count >= kLanes) return load(x);
  float some[kLanes];
  for (int64_t k = 0; k < kLanes; ++k) {
    some[k] = k < count ? x[k] : -__builtin_inff();
  }
  return load(some);
}

inline bool block_max(const float* x, int64_t n, float* maxima) {
  const F32x16 infinity = broadcast(__builtin_inff());
  I32x16 below = kLaneIndex == kLaneIndex; // infinity; false for NaN
  for (int64_t i = 0; i < n;) {
    const int64_t end = i + FloatOps::kBlockLength;
    F32x16 most = -infinity;
    for (; i < end && i < n; i += kLanes) {
      const F32x16 values = load_some(x + i, n - i);
      below &= values < infinity;
      most = maximum(most, values);
    }
    *maxima++ = largest(most);
  }
  bool all = true;
  for (int64_t k = 0; k < kLanes; ++k) all = all && below[k] != 0;
  return all;
}

inline void exp_sums(
    const float* x, int64_t n, float max, float factor, float* sums) {
  for (int64_t i = 0; i < n;) {
    const int64_t end = i + FloatOps::kBlockLength;
    F32x16 total{};
    for (; i < end && i < n; i += kLanes) {
      total += exponential_or_zero((load_some(x + i, n - i) - max) * factor);
    }
    *sums++ = sum(total);
  }
}

constexpr FloatOps kFloatOps = {
    .layer_norm = layer_norm,
    .gelu_erf = gelu_in_place<gelu_erf>,
    .gelu_tanh = gelu_in_place<gelu_tanh>,
    .add = add,
    .attend = attend,
    .block_max = block_max,
    .exp_sums = exp_sums};

} // namespace
} // namespace nanobrain
