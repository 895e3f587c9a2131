// A loss as a sum and what it was summed over, so that the parts of a text add
// up and nothing is exponentiated before the end.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// Cross-entropy of scored tokens. End-of-text tokens count in `nats` and
/// `tokens` and have no bytes.
struct LossSum {
  double nats = 0;    // sum of -ln p
  int64_t tokens = 0; // scored
  int64_t bytes = 0;  // of the scored tokens
  int64_t words = 0;  // separated by white space, that begin in scored tokens
  int64_t documents = 0;

  LossSum& operator+=(const LossSum& other) {
    nats += other.nats;
    tokens += other.tokens;
    bytes += other.bytes;
    words += other.words;
    documents += other.documents;
    return *this;
  }

  double nats_per_token() const { return nats / static_cast<double>(tokens); }
  double perplexity() const { return std::exp(nats_per_token()); }
  /// What compares across tokenizers.
  double bits_per_byte() const {
    return nats / std::numbers::ln2 / static_cast<double>(bytes);
  }
  double word_perplexity() const {
    return std::exp(nats / static_cast<double>(words));
  }

  /// The sums and the four figures under their own names; a figure that would
  /// divide by zero or overflow is null.
  Json to_json() const;
};

} // namespace nanobrain
