// Drawing from integer weights in constant time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nanobrain/base/random.h"

namespace nanobrain {

/// Walker's alias method as Vose (1991) builds it, in integers throughout: the
/// probabilities are exactly weight / total, and the same on every platform.
class AliasTable {
 public:
  /// The sum of the weights is below 2^32.
  explicit AliasTable(std::span<const uint32_t> weights);

  /// True where no weight is positive: there is nothing to draw.
  bool empty() const { return total_ == 0; }

  int draw(Random& random) const {
    const Slot& slot = slots_[random.below(slots_.size())];
    return random.below(total_) < slot.threshold ? slot.own : slot.other;
  }
  /// The chance that draw() gives `i`, added up over the slots that lead to it.
  double probability(int i) const { return probabilities_[i]; }
  /// -log2 of that.
  double bits(int i) const { return bits_[i]; }

 private:
  struct Slot {
    uint32_t threshold = 0; // of total_: own below it, other from there on
    int32_t own = 0;
    int32_t other = 0;
  };
  uint64_t total_ = 0;
  std::vector<Slot> slots_;
  std::vector<double> probabilities_;
  std::vector<double> bits_;
};

} // namespace nanobrain
