#include "nanobrain/data/alias_table.h"

#include <cmath>
#include <numeric>

namespace nanobrain {

AliasTable::AliasTable(std::span<const uint32_t> weights)
    : total_(std::accumulate(weights.begin(), weights.end(), uint64_t{0})),
      slots_(weights.size()),
      probabilities_(weights.size()),
      bits_(weights.size()) {
  if (empty()) return;
  // In units of 1 / (n total): a slot holds `total`, an index has n * weight.
  const uint64_t n = weights.size();
  std::vector<uint64_t> mass(n);
  std::vector<int32_t> small;
  std::vector<int32_t> large;
  for (size_t i = 0; i < n; ++i) {
    mass[i] = n * weights[i];
    (mass[i] < total_ ? small : large).push_back(static_cast<int32_t>(i));
  }
  while (!small.empty()) {
    const int32_t i = small.back();
    const int32_t donor = large.back();
    small.pop_back();
    slots_[i] = {static_cast<uint32_t>(mass[i]), i, donor};
    mass[donor] -= total_ - mass[i];
    if (mass[donor] < total_) {
      large.pop_back();
      small.push_back(donor);
    }
  }
  for (const int32_t i : large) {
    slots_[i] = {static_cast<uint32_t>(total_), i, i};
  }

  std::vector<uint64_t> drawn(n);
  for (const Slot& slot : slots_) {
    drawn[slot.own] += slot.threshold;
    drawn[slot.other] += total_ - slot.threshold;
  }
  const double whole = static_cast<double>(n) * static_cast<double>(total_);
  for (size_t i = 0; i < n; ++i) {
    probabilities_[i] = static_cast<double>(drawn[i]) / whole;
    bits_[i] = -std::log2(probabilities_[i]);
  }
}

} // namespace nanobrain
