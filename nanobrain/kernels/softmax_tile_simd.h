// SoftmaxTile in f32; for files that compile it for one instruction set.
#pragma once

#include "nanobrain/base/simd.h"
#include "nanobrain/kernels/softmax_tile.h"

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

} // namespace
} // namespace nanobrain
