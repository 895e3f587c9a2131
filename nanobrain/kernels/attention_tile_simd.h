// AttentionTile; for files that compile it for one instruction set.
#pragma once

#include "nanobrain/base/simd.h"
#include "nanobrain/kernels/attention_tile.h"

namespace nanobrain {
namespace {

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

} // namespace
} // namespace nanobrain
