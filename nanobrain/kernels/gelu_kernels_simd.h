// GeluKernels; for files that compile it for one instruction set.
#pragma once

#include "nanobrain/base/simd_gelu.h"
#include "nanobrain/kernels/gelu_kernels.h"

namespace nanobrain {
namespace {

template <Gelu<F32x16> (*gelu)(F32x16)>
inline void gelu_forward(const float* x, int64_t count, float* y) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    store(y + i, gelu(load(x + i)).value);
  }
  if (i == count) return;
  float last[kLanes] = {};
  for (int64_t k = i; k < count; ++k) last[k - i] = x[k];
  store(last, gelu(load(last)).value);
  for (int64_t k = i; k < count; ++k) y[k] = last[k - i];
}

template <Gelu<F32x16> (*gelu)(F32x16)>
inline void gelu_backward(
    const float* x, const float* dy, int64_t count, float* dx) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    store(dx + i, gelu(load(x + i)).slope * load(dy + i));
  }
  if (i == count) return;
  float last[kLanes] = {};
  for (int64_t k = i; k < count; ++k) last[k - i] = x[k];
  store(last, gelu(load(last)).slope);
  for (int64_t k = i; k < count; ++k) dx[k] = last[k - i] * dy[k];
}

constexpr GeluKernels kGeluKernels = {
    .erf = gelu_forward<gelu_erf>,
    .erf_backward = gelu_backward<gelu_erf>,
    .tanh = gelu_forward<gelu_tanh>,
    .tanh_backward = gelu_backward<gelu_tanh>};

} // namespace
} // namespace nanobrain
