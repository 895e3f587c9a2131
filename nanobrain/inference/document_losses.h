// Losses of tokens, gathered by document.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "nanobrain/inference/loss_sum.h"
#include "nanobrain/inference/token_losses.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// Sums the losses of a stream's tokens (TokenLosses) for each document and for
/// all.
class DocumentLosses {
 public:
  /// Called as each document ends.
  using OnDocument = std::function<void(int64_t index, const LossSum& loss)>;

  explicit DocumentLosses(
      const Tokenizer& tokenizer, OnDocument on_document = {});
  /// The next token; without a loss where it is not scored.
  void add(TokenId id, std::optional<double> nats);
  /// Ends a last document that has no end-of-text; the sums of all.
  const LossSum& finish();
  /// The sums over the documents that have ended.
  const LossSum& total() const { return total_; }

 private:
  void end_document();

  TokenLosses tokens_;
  TokenId end_of_text_;
  OnDocument on_document_;
  LossSum document_;
  LossSum total_;
  bool empty_ = true; // no token of the document yet
};

} // namespace nanobrain
