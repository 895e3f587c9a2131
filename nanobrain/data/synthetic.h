// A synthetic corpus with a known floor: English-like documents drawn from a
// stochastic grammar in which every text has exactly one derivation, so that
// its probability is the product over the choices taken.
//
// The grammar (grammar.h, grammar_rules.cpp) is LL(1) over words and every
// word of the lexicon belongs to one class (lexicon.h), which is checked when
// it is compiled: that is why a derivation is unique.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "nanobrain/base/json.h"
#include "nanobrain/base/random.h"

namespace nanobrain {

class Grammar;

/// A text and -log2 of its probability, the decision to end included.
struct SyntheticDocument {
  std::string text; // lines, no blank one, no newline at the end
  double bits = 0.0;
};

/// Draws documents; the same seed gives the same texts on every platform.
class SyntheticGenerator {
 public:
  explicit SyntheticGenerator(uint64_t seed);
  /// From another grammar, which must outlive the generator.
  SyntheticGenerator(const Grammar& grammar, uint64_t seed);

  SyntheticDocument next();

 private:
  const Grammar& grammar_;
  Random random_;
};

/// -log2 of a document's probability, found by parsing it. Error where the text
/// is not one of the grammar's, with the byte at which it leaves it.
double synthetic_bits(std::string_view text);
double synthetic_bits(const Grammar& grammar, std::string_view text);

struct SyntheticSummary {
  int64_t documents = 0;
  int64_t bytes = 0; // of the documents, separators left out
  double bits = 0.0;

  double bits_per_byte() const { return bits / static_cast<double>(bytes); }
  Json to_json() const; // bytes, documents, entropy_bits_per_byte
};

struct SyntheticOptions {
  int64_t bytes = 10'000'000; // whole documents until there are as many
  uint64_t seed = 42;
  bool force = false; // replace existing files
};

/// Where the bits of the corpus at `path` lie: PATH.bits, a line a document:
/// number from 0, bytes and bits, parted by tabs, under a line of their names.
std::filesystem::path synthetic_bits_path(const std::filesystem::path& path);

/// Writes documents parted by a blank line, and their bits beside them. Both
/// files appear only when they are complete.
SyntheticSummary write_synthetic_corpus(
    const std::filesystem::path& path, const SyntheticOptions& options);

} // namespace nanobrain
