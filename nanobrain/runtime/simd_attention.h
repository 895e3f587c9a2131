// Attention of one query with the keys and values of its head; for files that
// compile it for one instruction set.
#pragma once

#include "nanobrain/base/simd_width.h"
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
  constexpr int64_t kParts = kLanes / kWidth;
  const int64_t stride = head.head_dim * kLanes;
  const float* keys = head.keys + block * stride;
  F32 sums[kBlocks][kParts] = {};
  for (int64_t d = 0; d < head.head_dim; ++d) {
    for (int k = 0; k < kBlocks; ++k) {
      for (int64_t i = 0; i < kParts; ++i) {
        sums[k][i] +=
            load_width(keys + k * stride + d * kLanes + i * kWidth) * query[d];
      }
    }
  }
  for (int k = 0; k < kBlocks; ++k) {
    for (int64_t i = 0; i < kParts; ++i) {
      store_width(
          scores + (block + k) * kLanes + i * kWidth, sums[k][i] * factor);
    }
  }
}

/// The first `count` scores -> exp(score - max); returns their sum.
inline float exponentials(float* scores, int64_t count) {
  const int64_t whole = count / kWidth * kWidth;
  const I32 seen = first_lanes(count - whole);
  const F32 nothing = F32{} - __builtin_inff();
  F32 lane_max = nothing;
  for (int64_t i = 0; i < whole; i += kWidth) {
    lane_max = maximum(lane_max, load_width(scores + i));
  }
  if (whole < count) {
    lane_max = maximum(lane_max, seen ? load_width(scores + whole) : nothing);
  }
  const float max = largest(lane_max);
  F32 total{};
  for (int64_t i = 0; i < whole; i += kWidth) {
    const F32 e = exponential(load_width(scores + i) - max);
    store_width(scores + i, e);
    total += e;
  }
  if (whole < count) {
    const F32 e = exponential(load_width(scores + whole) - max);
    store_width(scores + whole, e);
    total += seen ? e : F32{};
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
  const int64_t stride = padded_to_lanes(head.head_dim);
  for (int64_t d = 0; d < stride; d += kWidth) {
    const float* values = head.values + d;
    F32 sums[4] = {}; // none waits for another
    int64_t i = 0;
    for (; i + 4 <= count; i += 4) {
      for (int64_t k = 0; k < 4; ++k) {
        sums[k] += load_width(values + (i + k) * stride) * scores[i + k];
      }
    }
    for (; i < count; ++i) {
      sums[0] += load_width(values + i * stride) * scores[i];
    }
    store_width(out + d, ((sums[0] + sums[1]) + (sums[2] + sums[3])) * inverse);
  }
}

} // namespace
} // namespace nanobrain
