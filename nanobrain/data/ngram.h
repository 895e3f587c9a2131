// Baselines that are counted instead of trained: uniform, unigram, and
// interpolated Kneser-Ney bigram and trigram.
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
#include <span>
#include <vector>

#include "nanobrain/data/token_file.h"

namespace nanobrain {

/// Bits of one token in a packed n-gram: three fit in 64.
inline constexpr int kNgramTokenBits = 21;

/// An n-gram's key is (context << kNgramTokenBits) | token, and a context's key
/// is that of the (n-1)-gram it consists of.
class NgramTable {
 public:
  /// The discounted mass of one context.
  struct Context {
    uint64_t key = 0;
    uint32_t begin = 0;   // its n-grams are [begin, next context's begin)
    uint32_t total = 0;   // sum of their counts
    double backoff = 0.0; // probability left for the lower order
  };

  NgramTable() = default;
  /// Counts equal keys; `keys` come in any order.
  explicit NgramTable(std::vector<uint64_t> keys);

  /// The distinct n-grams in ascending order.
  std::span<const uint64_t> keys() const { return keys_; }
  /// Null where the context was not seen.
  const Context* find_context(uint64_t context) const;
  /// (count - discount) / total of a token after `context`; 0 where unseen.
  double discounted(const Context& context, uint64_t token) const;

 private:
  std::vector<uint64_t> keys_;
  std::vector<uint32_t> counts_;
  std::vector<Context> contexts_;     // and one behind the last
  std::array<double, 3> discounts_{}; // D(1), D(2), D(3 and more)
};

/// D(1), D(2), D(3+) from the number of n-grams that were seen once, twice,
/// three and four times (Chen and Goodman 1999, eq. 26). One that is undefined
/// or out of (0, count] is Ney's n1 / (n1 + 2 n2), or 1/2.
std::array<double, 3> kneser_ney_discounts(
    const std::array<int64_t, 4>& counts_of_counts);

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
  /// (-1: nothing does). Error if it is empty, an id is out of range or the
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

} // namespace nanobrain
