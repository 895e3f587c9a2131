// Draws the next token from logits.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nanobrain/base/random.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

struct SamplerOptions {
  /// divides the logits; 0: always the most likely token
  double temperature = 1.0;
  /// only the k most likely tokens; 0: all
  int64_t top_k = 0;
  /// only the fewest most likely tokens whose probabilities, of those that
  /// top_k keeps, reach p (nucleus sampling, Holtzman et al. 2020); 1: all
  double top_p = 1.0;

  /// UsageError that names the option where a value is out of range.
  void validate() const;
};

struct Candidate {
  TokenId id = 0;
  double probability = 0;
};

/// The tokens that may be drawn and their probabilities, which add up to 1.
/// In falling order of logits, equal ones by rising id, where top_k, top_p or
/// temperature 0 cut the list; in order of ids where nothing does. Error where
/// a logit is NaN or +inf, or all are -inf.
std::vector<Candidate> candidates(
    std::span<const float> logits, const SamplerOptions& options);

/// Draws from candidates(). Takes one number of `random`, none at temperature
/// 0, so that equal seeds give equal texts.
TokenId sample_token(
    std::span<const float> logits,
    const SamplerOptions& options,
    Random& random);

} // namespace nanobrain
