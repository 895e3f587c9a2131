// A loss as a sum and what it was summed over, so that the parts of a text add
// up and nothing is exponentiated before the end.
#pragma once

#include <cstdint>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// Cross-entropy of scored tokens. End-of-text tokens count in `nats` and
/// `tokens` and have no bytes.
struct LossSum {
  double nats = 0;    // sum of -ln p
  int64_t tokens = 0; // scored
  int64_t bytes = 0;  // of the scored tokens
  int64_t words = 0;  // parted by white space, that begin in scored tokens
  int64_t documents = 0;

  LossSum& operator+=(const LossSum& other);

  double nats_per_token() const;
  /// exp(nats_per_token())
  double perplexity() const;
  /// nats / ln 2 / bytes: what compares across tokenizers.
  double bits_per_byte() const;
  /// exp(nats / words)
  double word_perplexity() const;

  /// The sums and the four figures under their own names; a figure that would
  /// divide by zero or overflow is null.
  Json to_json() const;
};

} // namespace nanobrain
