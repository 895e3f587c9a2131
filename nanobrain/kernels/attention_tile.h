// The elementwise half of causal attention, on tiles of scores.
//
// A tile has the scores of `keys` keys, a row each, with the kQueries queries
// from `first_query` on, a column each: softmax then runs over rows, and no
// vector is summed across its lanes. A query sees the keys up to its own
// position; the probabilities of the others are 0.
#pragma once

#include <cstdint>

namespace nanobrain {

struct AttentionTile {
  static constexpr int64_t kQueries = 64;

  /// scores -> exp(score - max), with the maximum and the sum of these of each
  /// query.
  void (*softmax)(
      float* scores, int64_t keys, int64_t first_query, float* max, float* sum);

  /// scores -> P = exp(score - lse), and dP -> scale * P * (dP - delta), the
  /// gradient of the products of queries and keys; lse and delta by query.
  void (*backward)(
      float* scores,
      float* dp,
      int64_t keys,
      int64_t first_query,
      const float* lse,
      const float* delta,
      float scale);
};

} // namespace nanobrain
