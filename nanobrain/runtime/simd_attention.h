// Attention of one query with the keys and values of its head; for files that
// compile it for one instruction set.
#pragma once

#include "nanobrain/base/simd.h"
#include "nanobrain/runtime/float_table.h"
#include "nanobrain/runtime/simd_reduce.h"

namespace nanobrain {
namespace {

static_assert(AttentionHead::kLanes == kLanes);

/// scores (blocks, 16) = factor * query keys^T, kBlocks blocks at a time: they
/// share the query's values, and no sum waits for another.
template <int kBlocks>
inline void score_blocks(
    const float* query,
    const AttentionHead& head,
    int64_t block,
    float factor,
    float* scores) {
  const int64_t stride = head.head_dim * kLanes;
  const float* keys = head.keys + block * stride;
  F32x16 sums[kBlocks] = {};
  for (int64_t d = 0; d < head.head_dim; ++d) {
    for (int k = 0; k < kBlocks; ++k) {
      sums[k] += load(keys + k * stride + d * kLanes) * query[d];
    }
  }
  for (int k = 0; k < kBlocks; ++k) {
    store(scores + (block + k) * kLanes, sums[k] * factor);
  }
}

/// scores -> exp(score - max), zeros past `count`; returns the sum.
inline float exponentials(float* scores, int64_t count) {
  const int64_t whole = count / kLanes * kLanes;
  const I32x16 seen = kLaneIndex < static_cast<int32_t>(count - whole);
  const F32x16 nothing = broadcast(-__builtin_inff());
  F32x16 lane_max = nothing;
  for (int64_t i = 0; i < whole; i += kLanes) {
    lane_max = maximum(lane_max, load(scores + i));
  }
  if (whole < count) {
    lane_max = maximum(lane_max, seen ? load(scores + whole) : nothing);
  }
  const float max = largest(lane_max);
  F32x16 total{};
  for (int64_t i = 0; i < whole; i += kLanes) {
    const F32x16 e = exponential(load(scores + i) - max);
    store(scores + i, e);
    total += e;
  }
  if (whole < count) {
    const F32x16 e = exponential(load(scores + whole) - max);
    const F32x16 kept = seen ? e : F32x16{};
    store(scores + whole, kept);
    total += kept;
  }
  return sum(total);
}

inline void attend(
    const float* query,
    const AttentionHead& head,
    int64_t count,
    float* scores,
    float* out) {
  const float factor =
      1.0F / __builtin_sqrtf(static_cast<float>(head.head_dim));
  const int64_t blocks = (count + kLanes - 1) / kLanes;
  int64_t block = 0;
  for (; block + 4 <= blocks; block += 4) {
    score_blocks<4>(query, head, block, factor, scores);
  }
  for (; block + 2 <= blocks; block += 2) {
    score_blocks<2>(query, head, block, factor, scores);
  }
  if (block < blocks) score_blocks<1>(query, head, block, factor, scores);

  const float inverse = 1.0F / exponentials(scores, count);
  const int64_t stride = (head.head_dim + kLanes - 1) / kLanes * kLanes;
  for (int64_t d = 0; d < stride; d += kLanes) {
    const float* values = head.values + d;
    F32x16 sums[4] = {}; // none waits for another
    int64_t i = 0;
    for (; i + 4 <= count; i += 4) {
      for (int64_t k = 0; k < 4; ++k) {
        sums[k] += load(values + (i + k) * stride) * scores[i + k];
      }
    }
    for (; i < count; ++i) sums[0] += load(values + i * stride) * scores[i];
    store(out + d, ((sums[0] + sums[1]) + (sums[2] + sums[3])) * inverse);
  }
}

} // namespace
} // namespace nanobrain
