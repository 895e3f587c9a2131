// A text parted into the units that intervals are resampled from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/inference/loss_sum.h"
#include "nanobrain/inference/token_losses.h"

namespace nanobrain {

/// Documents, or blocks of equally many bytes of the text: bytes, so that
/// models with different tokenizers share them.
struct UnitPlan {
  int64_t count = 0;
  int64_t block_bytes = 0; // 0: the units are documents

  /// "175 documents" or "40 blocks of 32,410 bytes".
  std::string describe() const;
};

/// The documents where there are 30 or more, else 40 blocks. Few and long
/// blocks, for tokens depend on each other as far as a subject goes: on
/// WikiText-2 the standard error from blocks of 1,024 bytes is a third of that
/// from whole articles, from blocks of 32,768 bytes nine tenths.
UnitPlan plan_units(int64_t documents, int64_t bytes);

/// Sums the losses of a stream's tokens for each unit; a token belongs to the
/// block in which its first byte lies.
class LossUnits {
 public:
  /// The tokenizer must outlive the object.
  LossUnits(const Tokenizer& tokenizer, const UnitPlan& plan);
  /// The next token; without a loss where it is not scored.
  void add(TokenId id, std::optional<double> nats);

  const std::vector<LossSum>& units() const { return units_; }
  /// Of the whole text, `documents` left out.
  LossSum total() const;
  /// Tokens and their bytes so far, those that are not scored too.
  int64_t tokens() const { return tokens_; }
  int64_t bytes() const { return bytes_; }

 private:
  const Tokenizer& tokenizer_;
  TokenLosses losses_;
  UnitPlan plan_;
  std::vector<LossSum> units_;
  int64_t tokens_ = 0;
  int64_t bytes_ = 0;
  int64_t documents_ = 0; // that have ended
};

} // namespace nanobrain
