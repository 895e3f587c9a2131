// Derivations of texts: drawn at random, or read back from a text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "nanobrain/base/random.h"
#include "nanobrain/synthetic/grammar.h"

namespace nanobrain {

/// A text and -log2 of its probability, the decision to end included.
struct SyntheticDocument {
  std::string text; // lines, no blank one, no newline at the end
  double bits = 0.0;
};

/// Draws documents; the same seed gives the same texts on every platform.
class SyntheticGenerator {
 public:
  explicit SyntheticGenerator(uint64_t seed)
      : SyntheticGenerator(english_grammar(), seed) {}
  /// From another grammar, which must outlive the generator.
  SyntheticGenerator(const Grammar& grammar, uint64_t seed)
      : grammar_(grammar), random_(seed) {}

  SyntheticDocument next();

 private:
  const Grammar& grammar_;
  Random random_;
};

/// -log2 of a document's probability, found by parsing it. Error if the text
/// is not one of the grammar's, with the byte at which it leaves it.
double synthetic_bits(const Grammar& grammar, std::string_view text);
inline double synthetic_bits(std::string_view text) {
  return synthetic_bits(english_grammar(), text);
}

} // namespace nanobrain
