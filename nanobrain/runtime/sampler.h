// Draws the next token from logits.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nanobrain/base/random.h"
#include "nanobrain/runtime/float_ops.h"
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

/// Its buffers grow with the first logits; later calls of the same number
/// allocate nothing. The vocabulary is never sorted as a whole where few tokens
/// are kept.
class Sampler {
 public:
  /// UsageError if an option is out of range.
  explicit Sampler(const SamplerOptions& options = {});

  /// Makes room for so many logits: then sample() allocates nothing at all.
  void reserve(int64_t vocab_size);

  /// The tokens that may be drawn and their probabilities, which add up to 1.
  /// In falling order of logits, equal ones by rising id, where top_k, top_p or
  /// temperature 0 cut the list; in order of ids where nothing does. Valid up
  /// to the next call. NumericError where a logit is NaN or +inf, or
  /// all are -inf.
  std::span<const Candidate> candidates(std::span<const float> logits);

  /// Draws one of candidates(). Takes one number of `random`, none at
  /// temperature 0, so that equal seeds give equal texts.
  TokenId sample(std::span<const float> logits, Random& random);

 private:
  /// Finds the maxima; the errors of candidates() are thrown here.
  void look_at(std::span<const float> logits);
  TokenId most_likely() const;
  /// exp((logit - maximum) / temperature): the largest is 1.
  double weight(TokenId id) const;
  /// Whether top_k or top_p leave some of these out.
  bool cuts(std::span<const float> logits) const;
  /// The `count` most likely tokens into ids_, in order.
  void select(size_t count);
  void add_sums();
  void keep_top_k();
  void keep_top_p();
  TokenId sample_of_all(Random& random);

  SamplerOptions options_;
  const FloatOps& floats_;
  std::span<const float> logits_;
  float maximum_ = 0;
  std::vector<float> maxima_; // of each block of the vocabulary
  std::vector<float> order_;  // maxima_, in part sorted
  std::vector<float> sums_;   // of the weights of each block, to 1e-6
  std::vector<TokenId> ids_;
  std::vector<Candidate> kept_;
};

} // namespace nanobrain
