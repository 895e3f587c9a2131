// Choices with exact probabilities.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "nanobrain/base/random.h"

namespace nanobrain {

/// Draws i with probability weight / sum of all weights, in integers: the same
/// numbers on every platform.
class Weights {
 public:
  void add(uint32_t weight) { sums_.push_back(total() + weight); }
  uint64_t total() const { return sums_.empty() ? 0 : sums_.back(); }

  int draw(Random& random) const {
    const uint64_t at = random.below(total());
    const auto found = std::upper_bound(sums_.begin(), sums_.end(), at);
    return static_cast<int>(found - sums_.begin());
  }
  /// -log2 of the probability that draw() gives `i`.
  double bits(int i) const {
    const uint64_t weight = sums_[i] - (i > 0 ? sums_[i - 1] : 0);
    return std::log2(
        static_cast<double>(total()) / static_cast<double>(weight));
  }

 private:
  std::vector<uint64_t> sums_; // of the weights up to and with this one
};

} // namespace nanobrain
