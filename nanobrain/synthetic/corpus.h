// A synthetic corpus: English-like documents of known probability (grammar.h),
// so that no model can lose less on average than their entropy.
#pragma once

#include <cstdint>
#include <filesystem>

#include "nanobrain/base/json.h"

namespace nanobrain {

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

/// PATH.bits, where the bits of the corpus at `path` are stored: a line of
/// names, then a line a document: number from 0, bytes, bits; tabs between.
fs::path synthetic_bits_path(const fs::path& path);

/// Writes documents separated by a blank line, and their bits beside them. Both
/// files appear only when they are complete.
SyntheticSummary write_synthetic_corpus(
    const fs::path& path, const SyntheticOptions& options);

} // namespace nanobrain
