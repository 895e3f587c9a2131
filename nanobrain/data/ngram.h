// Baselines that are counted instead of trained: uniform, unigram, and
// interpolated Kneser-Ney of two to five tokens.
//
// Modified Kneser-Ney smoothing (Chen and Goodman 1999, section 3):
//   p(w | u v) = max(c(uvw) - D(c(uvw)), 0) / c(uv) + g(uv) p(w | v)
// Lower orders count the distinct tokens seen before an n-gram; D(1), D(2),
// D(3+) come from the counts of counts of each order; g(uv) is the mass that
// they free; the unigram is interpolated with 1 / V in the same way. The plain
// unigram baseline is add-one: (c(w) + 1) / (N + V).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "nanobrain/data/ngram_table.h"
#include "nanobrain/data/token_file.h"

namespace nanobrain {

/// N-gram probabilities counted on a stream of tokens, or parts of one.
class NgramModel {
 public:
  static constexpr int kHighest = 5; // order
  /// Of a token by order: 0 is uniform, 1 the unigram, 2 the bigram and so on.
  using Probabilities = std::array<double, kHighest + 1>;

  /// The newest tokens of a text, looked up.
  struct History {
    int length = 0; // of them, at most kHighest - 1
    /// ends[n]: the n-gram of the newest n tokens, where it was seen
    std::array<std::optional<uint32_t>, kHighest + 1> ends{};
  };

  /// Counts a stream of ids in [0, vocab_size), which `end_of_text` precedes
  /// (-1: nothing does). Error if it is empty, an id is out of range or the
  /// vocabulary has more than 2^21 ids.
  static NgramModel count(
      std::span<const TokenId> tokens, int64_t vocab_size, TokenId end_of_text);
  /// Counts the first `max_tokens` tokens of a file (-1: all).
  static NgramModel count(const TokenFile& file, int64_t max_tokens = -1);
  /// Counts parts of a file; no n-gram goes over the edge of one.
  static NgramModel count(
      const TokenFile& file, std::span<const TokenRange> ranges);

  int64_t vocab_size() const { return vocab_size_; }
  TokenId end_of_text() const { return end_of_text_; }
  /// Tokens counted.
  int64_t tokens() const { return tokens_; }

  /// What precedes a text: end-of-text, or nothing where there is none.
  History start() const;
  /// P(token | history) by each order, then `token` is the newest of the
  /// history. An order that has too few tokens before it is the one that they
  /// allow.
  Probabilities next(History& history, TokenId token) const;
  /// The same of one order and the last tokens of `context`.
  double probability(
      int order, std::span<const TokenId> context, TokenId token) const;

 private:
  class Stream;
  explicit NgramModel(const Stream& stream);

  int64_t vocab_size_;
  TokenId end_of_text_;
  int64_t tokens_;
  std::vector<uint32_t> unigram_counts_;        // [vocab_size]
  std::vector<double> continuation_;            // [vocab_size], smoothed p(w)
  std::array<NgramTable, kHighest + 1> tables_; // by order, from 2
};

} // namespace nanobrain
