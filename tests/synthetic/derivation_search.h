// Finds every derivation of a text by trying all, character by character: no
// prediction, no cutting into words. What the corpus claims of its grammar (one
// derivation, this probability) is tested against it.
#pragma once

#include <string_view>

#include "nanobrain/synthetic/grammar.h"

namespace nanobrain::testing {

struct Derivations {
  int count = 0;
  double bits = 0.0;    // -log2 of the last one's probability
  double entropy = 0.0; // sum of its choices' entropies, in bits
};

Derivations find_derivations(const Grammar& grammar, std::string_view text);

} // namespace nanobrain::testing
