// Baselines that are counted instead of trained: uniform, unigram, and
// interpolated Kneser-Ney bigram and trigram.
//
// Chen and Goodman 1999, "An empirical study of smoothing techniques for
// language modeling", section 3: modified Kneser-Ney smoothing,
//
//   p(w | u v) = max(c(uvw) - D(c(uvw)), 0) / c(uv) + g(uv) p(w | v)
//
// where the lower orders replace the count of an n-gram by the number of
// distinct tokens seen before it, the discounts D(1), D(2), D(3+) come from
// the counts of counts of each order, g(uv) is the mass that they free, and the
// unigram is interpolated with 1 / V in the same way. An unseen context leaves
// p(w | v) alone. The plain unigram baseline is add-one: (c(w) + 1) / (N + V).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "nanobrain/data/ngram_table.h"
#include "nanobrain/data/token_file.h"

namespace nanobrain {

/// Sums of -ln p over the same scored tokens, one of each baseline.
struct NgramLosses {
  int64_t tokens = 0;
  double uniform = 0.0;
  double unigram = 0.0;
  double bigram = 0.0;
  double trigram = 0.0;
};

/// N-gram probabilities counted on a stream of tokens.
class NgramModel {
 public:
  /// Counts a stream of ids in [0, vocab_size), which `end_of_text` precedes
  /// (-1: nothing does). Error where it is empty, an id is out of range or the
  /// vocabulary has more than 2^21 ids.
  static NgramModel count(
      std::span<const TokenId> tokens, int64_t vocab_size, TokenId end_of_text);
  /// Counts the first `max_tokens` tokens of a file (-1: all).
  static NgramModel count(const TokenFile& file, int64_t max_tokens = -1);

  int64_t vocab_size() const { return vocab_size_; }
  TokenId end_of_text() const { return end_of_text_; }
  /// Tokens counted.
  int64_t tokens() const { return tokens_; }

  /// P(token | the last order - 1 tokens of `context`) for order 0 (uniform) to
  /// 3 (trigram); a shorter context gives the order that it allows.
  double probability(
      int order, std::span<const TokenId> context, TokenId token) const;

 private:
  NgramModel() = default;
  template <class TokenAt> // TokenId(int64_t i): the i-th token of the stream
  void count_stream(int64_t size, TokenAt token_at);

  int64_t vocab_size_ = 0;
  TokenId end_of_text_ = -1;
  int64_t tokens_ = 0;
  std::vector<uint32_t> unigram_counts_; // [vocab_size], raw
  std::vector<double> continuation_;     // [vocab_size], smoothed p(w)
  NgramTable bigrams_; // raw counts: the bigram model's highest order
  NgramTable bigram_continuations_; // N1+(. v w): the trigram's middle order
  NgramTable trigrams_;             // raw counts
};

/// Scores a stream that comes in pieces. An end-of-text token precedes it, as
/// in `eval`; where there is none, the first id is not scored, for nothing
/// predicts it. The context runs on over documents.
class NgramScorer {
 public:
  /// The model must outlive the scorer.
  explicit NgramScorer(const NgramModel& model);
  /// Scores each id once, end-of-text tokens included (the caller gives them).
  void add(std::span<const TokenId> ids);
  const NgramLosses& losses() const { return losses_; }

 private:
  const NgramModel& model_;
  std::vector<TokenId> context_; // the last two tokens, or fewer at the start
  NgramLosses losses_;
};

/// Scores a whole token file.
NgramLosses score_ngrams(const NgramModel& model, const TokenFile& file);

} // namespace nanobrain
