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
    int64_t columns,
    int64_t stride,
    float* lane_max,
    float* lane_sum) {
  for (int64_t lanes = 0; lanes < rows * kLanes; lanes += kWidth) {
    const float* row = scores + lanes / kLanes * stride + lanes % kLanes;
    const F32 before = load_width(lane_max + lanes);
    // Two accumulators each: one would wait for its own latency.
    F32 max0 = before, max1 = before;
    for (int64_t i = 0; i < columns; i += 2 * kLanes) {
      max0 = maximum(max0, load_width(row + i));
      max1 = maximum(max1, load_width(row + i + kLanes));
    }
    const F32 max = maximum(max0, max1);
    F32 sum0 = load_width(lane_sum + lanes) * exponential(before - max);
    F32 sum1{};
    for (int64_t i = 0; i < columns; i += 2 * kLanes) {
      sum0 += exponential(load_width(row + i) - max);
      sum1 += exponential(load_width(row + i + kLanes) - max);
    }
    store_width(lane_max + lanes, max);
    store_width(lane_sum + lanes, sum0 + sum1);
  }
}

inline void exponentials(
    float* scores,
    int64_t rows,
    int64_t columns,
    int64_t stride,
    float* lane_max,
    float* lane_sum) {
  constexpr int64_t kVectors = kLanes / kWidth;
  for (int64_t t = 0; t < rows; ++t) {
    float* row = scores + t * stride;
    F32 maxima[kVectors], sums[kVectors];
    for (int64_t v = 0; v < kVectors; ++v) {
      maxima[v] = load_width(lane_max + t * kLanes + v * kWidth);
    }
    for (int64_t i = 0; i < columns; i += kLanes) {
      for (int64_t v = 0; v < kVectors; ++v) {
        maxima[v] = maximum(maxima[v], load_width(row + i + v * kWidth));
      }
    }
    float max = maxima[0][0];
    for (int64_t i = 1; i < kLanes; ++i) {
      const float other = maxima[i / kWidth][i % kWidth];
      max = max > other ? max : other;
    }
    for (int64_t v = 0; v < kVectors; ++v) {
      float* lanes = lane_max + t * kLanes + v * kWidth;
      sums[v] = load_width(lane_sum + t * kLanes + v * kWidth) *
                exponential(load_width(lanes) - max);
      store_width(lanes, max - F32{});
    }
    for (int64_t i = 0; i < columns; i += kLanes) {
      for (int64_t v = 0; v < kVectors; ++v) {
        float* at = row + i + v * kWidth;
        const F32 e = exponential(load_width(at) - max);
        sums[v] += e;
        store_width(at, e);
      }
    }
    for (int64_t v = 0; v < kVectors; ++v) {
      store_width(lane_sum + t * kLanes + v * kWidth, sums[v]);
    }
  }
}

constexpr int64_t kColumns = AttentionTile::kQueries / kWidth; // vectors a row

/// Calls visit(offset, column, seen) for each vector of a tile; `seen` says
/// which of its queries see the key.
template <class Visit>
inline void each_vector(int64_t keys, int64_t first_query, const Visit& visit) {
  I32 queries[kColumns]; // counted from the first
  for (int32_t i = 0; i < AttentionTile::kQueries; ++i) {
    queries[i / kWidth][i % kWidth] = i;
  }
  for (int64_t key = 0; key < keys; ++key) {
    const auto first = static_cast<int32_t>(key - first_query);
    for (int64_t c = 0; c < kColumns; ++c) {
      visit((key * kColumns + c) * kWidth, c, queries[c] >= first);
    }
  }
}

inline void attention_softmax(
    float* scores, int64_t keys, int64_t first_query, float* max, float* sum) {
  F32 m[kColumns], s[kColumns];
  for (int64_t c = 0; c < kColumns; ++c) {
    m[c] = F32{} - 1e30F;
    s[c] = F32{};
  }
  each_vector(keys, first_query, [&](int64_t i, int64_t c, I32 seen) {
    m[c] = maximum(m[c], seen ? load_width(scores + i) : m[c]);
  });
  each_vector(keys, first_query, [&](int64_t i, int64_t c, I32 seen) {
    const F32 e = exponential(load_width(scores + i) - m[c]);
    const F32 p = seen ? e : F32{};
    s[c] += p;
    store_width(scores + i, p);
  });
  for (int64_t c = 0; c < kColumns; ++c) {
    store_width(max + c * kWidth, m[c]);
    store_width(sum + c * kWidth, s[c]);
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
  each_vector(keys, first_query, [&](int64_t i, int64_t c, I32 seen) {
    const F32 e =
        exponential(load_width(scores + i) - load_width(lse + c * kWidth));
    const F32 p = seen ? e : F32{};
    store_width(scores + i, p);
    store_width(
        dp + i,
        p * (load_width(dp + i) - load_width(delta + c * kWidth)) * scale);
  });
}

constexpr AttentionTile kAttentionTile = {
    .softmax = attention_softmax, .backward = attention_backward};

template <Gelu<F32> (*gelu)(F32)>
inline void gelu_forward(const float* x, int64_t count, float* y) {
  int64_t i = 0;
  for (; i + kWidth <= count; i += kWidth) {
    store_width(y + i, gelu(load_width(x + i)).value);
  }
  if (i == count) return;
  float last[kWidth] = {};
  for (int64_t k = i; k < count; ++k) last[k - i] = x[k];
  store_width(last, gelu(load_width(last)).value);
  for (int64_t k = i; k < count; ++k) y[k] = last[k - i];
}

template <Gelu<F32> (*gelu)(F32)>
inline void gelu_backward(
    const float* x, const float* dy, int64_t count, float* dx) {
  int64_t i = 0;
  for (; i + kWidth <= count; i += kWidth) {
    store_width(dx + i, gelu(load_width(x + i)).slope * load_width(dy + i));
  }
  if (i == count) return;
  float last[kWidth] = {};
  for (int64_t k = i; k < count; ++k) last[k - i] = x[k];
  store_width(last, gelu(load_width(last)).slope);
  for (int64_t k = i; k < count; ++k) dx[k] = last[k - i] * dy[k];
}

constexpr GeluKernels kGeluKernels = {
    .erf = gelu_forward<gelu_erf>,
    .erf_backward = gelu_backward<gelu_erf>,
    .tanh = gelu_forward<gelu_tanh>,
    .tanh_backward = gelu_backward<gelu_tanh>};

} // namespace
} // namespace nanobrain
