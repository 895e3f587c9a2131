// FloatOps; for files that compile it for one instruction set.
#pragma once

#include "nanobrain/base/simd.h"
#include "nanobrain/base/simd_gelu.h"
#include "nanobrain/runtime/float_ops.h"
#include "nanobrain/runtime/simd_attention.h"
#include "nanobrain/runtime/simd_reduce.h"

namespace nanobrain {
namespace {

inline void layer_norm(
    const float* x,
    const float* weight,
    const float* bias,
    int64_t n,
    float epsilon,
    float* y) {
  const int64_t padded = padded_to_lanes(n);
  F32 total{};
  for (int64_t i = 0; i < padded; i += kWidth) total += load_width(x + i);
  const float mean = sum(total) / static_cast<float>(n);

  F32 squares{};
  for (int64_t i = 0; i < n; i += kWidth) {
    F32 centred = load_width(x + i) - mean;
    if (n - i < kWidth) { // the padding is not mean-free
      centred = first_lanes(n - i) ? centred : F32{};
    }
    squares += centred * centred;
  }
  const float variance = sum(squares) / static_cast<float>(n);
  const float factor = 1.0F / __builtin_sqrtf(variance + epsilon);
  for (int64_t i = 0; i < padded; i += kWidth) {
    const F32 scaled = (load_width(x + i) - mean) * factor;
    store_width(y + i, scaled * load_width(weight + i) + load_width(bias + i));
  }
}

template <Gelu<F32> (*gelu)(F32)>
inline void gelu_in_place(float* x, int64_t n) {
  for (int64_t i = 0; i < n; i += kWidth) {
    store_width(x + i, gelu(load_width(x + i)).value);
  }
}

inline void add(const float* y, int64_t n, float* x) {
  for (int64_t i = 0; i < n; i += kWidth) {
    store_width(x + i, load_width(x + i) + load_width(y + i));
  }
}

/// exp, but 0 below e^-60.
inline F32 exponential_or_zero(F32 x) {
  return x < -60.0F ? F32{} : exponential(x);
}

/// The values from x on, of which `count` are there, then -infinity.
inline F32 load_some(const float* x, int64_t count) {
  if (count >= kWidth) return load_width(x);
  float some[kWidth];
  for (int64_t k = 0; k < kWidth; ++k) {
    some[k] = k < count ? x[k] : -__builtin_inff();
  }
  return load_width(some);
}

inline bool block_max(const float* x, int64_t n, float* maxima) {
  const F32 infinity = F32{} + __builtin_inff();
  I32 below = first_lanes(kWidth); // infinity; not so NaN
  for (int64_t i = 0; i < n;) {
    const int64_t end = i + FloatOps::kBlockLength;
    F32 most = -infinity;
    for (; i < end && i < n; i += kWidth) {
      const F32 values = load_some(x + i, n - i);
      below &= values < infinity;
      most = maximum(most, values);
    }
    *maxima++ = largest(most);
  }
  bool all = true;
  for (int64_t k = 0; k < kWidth; ++k) all = all && below[k] != 0;
  return all;
}

inline void exp_sums(
    const float* x, int64_t n, float max, float factor, float* sums) {
  for (int64_t i = 0; i < n;) {
    const int64_t end = i + FloatOps::kBlockLength;
    F32 total{};
    for (; i < end && i < n; i += kWidth) {
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
