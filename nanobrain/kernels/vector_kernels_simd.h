// VectorKernels in f32, for files that compile them for one instruction set.
#pragma once

#include "nanobrain/base/simd.h"
#include "nanobrain/base/simd_gelu.h"
#include "nanobrain/kernels/vector_kernels.h"

namespace nanobrain {
namespace {

static_assert(SoftmaxTile::kLanes == kLanes);

inline void add_exp(
    const float* scores,
    int64_t rows,
    int64_t stride,
    float* lane_max,
    float* lane_sum) {
  for (int64_t t = 0; t < rows; ++t) {
    const float* row = scores + t * stride;
    const F32x16 before = load(lane_max + t * kLanes);
    // Two accumulators each: one would wait for its own latency.
    F32x16 max0 = before, max1 = before;
    for (int64_t i = 0; i < stride; i += 2 * kLanes) {
      max0 = maximum(max0, load(row + i));
      max1 = maximum(max1, load(row + i + kLanes));
    }
    const F32x16 max = maximum(max0, max1);
    F32x16 sum0 = load(lane_sum + t * kLanes) * exponential(before - max);
    F32x16 sum1{};
    for (int64_t i = 0; i < stride; i += 2 * kLanes) {
      sum0 += exponential(load(row + i) - max);
      sum1 += exponential(load(row + i + kLanes) - max);
    }
    store(lane_max + t * kLanes, max);
    store(lane_sum + t * kLanes, sum0 + sum1);
  }
}

inline void probabilities(
    const float* scores,
    int64_t rows,
    int64_t stride,
    const float* row_lse,
    float* p) {
  for (int64_t t = 0; t < rows; ++t) {
    for (int64_t i = t * stride; i < (t + 1) * stride; i += kLanes) {
      store(p + i, exponential(load(scores + i) - row_lse[t]));
    }
  }
}

constexpr int64_t kColumns = AttentionTile::kQueries / kLanes; // vectors a row

/// Calls visit(offset, column, seen) for each vector of a tile; `seen` says
/// which of its queries see the key.
template <class Visit>
inline void each_vector(int64_t keys, int64_t first_query, const Visit& visit) {
  constexpr I32x16 kIota = {
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (int64_t key = 0; key < keys; ++key) {
    const auto first = static_cast<int32_t>(key - first_query);
    for (int64_t c = 0; c < kColumns; ++c) {
      const auto query = kIota + static_cast<int32_t>(c * kLanes);
      visit((key * kColumns + c) * kLanes, c, query >= first);
    }
  }
}

inline void attention_softmax(
    float* scores, int64_t keys, int64_t first_query, float* max, float* sum) {
  F32x16 m[kColumns], s[kColumns];
  for (int64_t c = 0; c < kColumns; ++c) {
    m[c] = broadcast(-1e30F);
    s[c] = F32x16{};
  }
  each_vector(keys, first_query, [&](int64_t i, int64_t c, I32x16 seen) {
    m[c] = maximum(m[c], seen ? load(scores + i) : m[c]);
  });
  each_vector(keys, first_query, [&](int64_t i, int64_t c, I32x16 seen) {
    const F32x16 e = exponential(load(scores + i) - m[c]);
    const F32x16 p = seen ? e : F32x16{};
    s[c] += p;
    store(scores + i, p);
  });
  for (int64_t c = 0; c < kColumns; ++c) {
    store(max + c * kLanes, m[c]);
    store(sum + c * kLanes, s[c]);
  }
}

inline void attention_backward(
    float* scores,
    float* dp,
    int64_t keys,
    int64_t first_query,
    const float* lse,
    const float* delta,
    float scale) {
  each_vector(keys, first_query, [&](int64_t i, int64_t c, I32x16 seen) {
    const F32x16 e = exponential(load(scores + i) - load(lse + c * kLanes));
    const F32x16 p = seen ? e : F32x16{};
    store(scores + i, p);
    store(dp + i, p * (load(dp + i) - load(delta + c * kLanes)) * scale);
  });
}

constexpr AttentionTile kAttentionTile = {
    .softmax = attention_softmax, .backward = attention_backward};

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
