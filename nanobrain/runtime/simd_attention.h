// Attention of one token with the keys and values of all heads; for files that
// compile it for one instruction set.
#pragma once

#include "nanobrain/base/simd.h"
#include "nanobrain/runtime/float_ops.h"
#include "nanobrain/runtime/simd_reduce.h"

namespace nanobrain {
namespace {

static_assert(AttentionHeads::kLanes == kLanes);

/// scores (blocks, 16) = factor * query keys^T, kBlocks blocks at a time: they
/// share the query's values, and no sum waits for another.
template <int kBlocks>
inline void score_blocks(
    const float* query,
    const float* keys,
    int64_t head_dim,
    int64_t block,
    float factor,
    float* scores) {
  constexpr int64_t kParts = kLanes / kWidth;
  const int64_t stride = head_dim * kLanes;
  keys += block * stride;
  F32 sums[kBlocks][kParts] = {};
  for (int64_t d = 0; d < head_dim; ++d) {
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

inline void score(
    const float* query,
    const float* keys,
    int64_t head_dim,
    int64_t count,
    float* scores) {
  const float factor = 1.0F / __builtin_sqrtf(static_cast<float>(head_dim));
  const int64_t blocks = (count + kLanes - 1) / kLanes;
  int64_t block = 0;
  for (; block + 4 <= blocks; block += 4) {
    score_blocks<4>(query, keys, head_dim, block, factor, scores);
  }
  for (; block + 2 <= blocks; block += 2) {
    score_blocks<2>(query, keys, head_dim, block, factor, scores);
  }
  if (block < blocks) {
    score_blocks<1>(query, keys, head_dim, block, factor, scores);
  }
}

/// out = factor * weights (count) values
inline void mix(
    const float* weights,
    const float* values,
    int64_t head_dim,
    int64_t count,
    float factor,
    float* out) {
  const int64_t stride = padded_to_lanes(head_dim);
  for (int64_t d = 0; d < stride; d += kWidth) {
    const float* lane = values + d;
    F32 sums[4] = {}; // none waits for another
    int64_t i = 0;
    for (; i + 4 <= count; i += 4) {
      for (int64_t k = 0; k < 4; ++k) {
        sums[k] += load_width(lane + (i + k) * stride) * weights[i + k];
      }
    }
    for (; i < count; ++i) {
      sums[0] += load_width(lane + i * stride) * weights[i];
    }
    store_width(out + d, ((sums[0] + sums[1]) + (sums[2] + sums[3])) * factor);
  }
}

inline void attend(
    const float* query,
    const AttentionHeads& heads,
    int64_t count,
    float* scores,
    float* out) {
  constexpr int64_t kHeads = FloatOps::kHeads;
  const int64_t head_dim = heads.head_dim;
  const int64_t room = padded_to_lanes(count);
  // A step of several heads before the next step of any: a head by itself would
  // wait for each of its results.
  for (int64_t first = 0; first < heads.heads; first += kHeads) {
    const int64_t left = heads.heads - first;
    const int64_t group = left < kHeads ? left : kHeads;
    for (int64_t h = 0; h < group; ++h) {
      score(
          query + (first + h) * head_dim,
          heads.keys + (first + h) * heads.key_size,
          head_dim,
          count,
          scores + h * room);
    }
    float sums[kHeads];
    for (int64_t h = 0; h < group; ++h) {
      sums[h] = exponentials(scores + h * room, count);
    }
    // In order: a head overwrites the zeros after the one before it.
    for (int64_t h = 0; h < group; ++h) {
      mix(scores + h * room,
          heads.values + (first + h) * heads.value_size,
          head_dim,
          count,
          1.0F / sums[h],
          out + (first + h) * head_dim);
    }
  }
}

} // namespace
} // namespace nanobrain
