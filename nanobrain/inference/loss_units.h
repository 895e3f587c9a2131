// The losses of a text's tokens, summed as a whole and by unit: the documents,
// or the blocks that intervals are resampled from.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numbers>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// Cross-entropy of scored tokens as a sum, so that the parts of a text add up
/// and nothing is exponentiated before the end. End-of-text tokens count in
/// `nats` and `tokens` and have no bytes.
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

/// Documents, articles, or blocks of equally many bytes of the text: bytes, so
/// that models with different tokenizers share them.
struct UnitPlan {
  int64_t count = std::numeric_limits<int64_t>::max(); // at most
  int64_t block_bytes = 0; // 0: the units are documents or articles
  /// where articles begin, in bytes of the text, from 0; empty: there are none
  std::vector<int64_t> articles = {};

  /// "document", "article" or "block".
  std::string unit() const;
  /// "175 documents" or "40 blocks of 32,410 bytes".
  std::string describe() const;
};

/// Adds where articles begin in a text at `offset`: at headings of the first
/// level as the WikiText data sets have them, lines of " = Title = ".
void find_articles(
    std::string_view text, int64_t offset, std::vector<int64_t>& begins);

/// The articles where 20 or more begin, else the documents where there are two
/// or more, else 40 blocks. Few documents say little of others, which
/// effective_units() tells; blocks of them would only hide it. Few and long
/// blocks, for tokens depend on each other as far as a subject goes: on
/// WikiText-2 the standard error from blocks of 1,024 bytes is a third of that
/// from whole articles, from blocks of 32,768 bytes nine tenths.
UnitPlan plan_units(
    int64_t documents,
    int64_t bytes,
    const std::vector<int64_t>& articles = {});

/// (sum of bytes)^2 / sum of bytes^2: as many units of one size tell as much
/// (Kish 1965). Under 20 a bootstrap's interval is too narrow: few units, or
/// one that has more than a fifth of the text, say little about others.
double effective_units(const std::vector<LossSum>& units);
inline constexpr double kFewUnits = 20;

/// Sums the losses of a stream's tokens for each unit and for all. A token
/// belongs to the block in which its first byte is. Bytes and words come from
/// the ids' bytes, so that a token file and the text it was made of give the
/// same figures. A word begins at a byte that is not white space (ASCII: space,
/// \t, \n, \v, \f, \r) after one that is, or at the start of a document.
class LossUnits {
 public:
  /// Called as each unit that holds a token ends.
  using OnUnit = std::function<void(int64_t index, const LossSum& loss)>;

  /// The tokenizer must outlive the object.
  explicit LossUnits(
      const Tokenizer& tokenizer,
      OnUnit on_unit = {},
      const UnitPlan& plan = {});
  /// The next token; without a loss where it is not scored.
  void add(TokenId id, std::optional<double> nats);
  /// Ends the last unit, with or without an end-of-text; the sums of all. Only
  /// units that are documents count in `documents`.
  const LossSum& finish();

  /// Tokens and their bytes so far, those that are not scored too.
  int64_t tokens() const { return tokens_; }
  int64_t bytes() const { return bytes_; }

 private:
  void end_unit();

  const Tokenizer& tokenizer_;
  OnUnit on_unit_;
  UnitPlan plan_;
  int64_t unit_ = 0; // that of the last token
  LossSum sum_;      // of the unit
  LossSum total_;    // of those that have ended
  int64_t tokens_ = 0;
  int64_t bytes_ = 0;
  int64_t documents_ = 0; // that have ended
  bool in_word_ = false;
};

} // namespace nanobrain
