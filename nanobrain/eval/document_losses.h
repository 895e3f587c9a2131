// Losses of tokens, gathered by document.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "nanobrain/eval/loss_sum.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// Sums the losses of a stream's tokens for each document and for all. Bytes
/// and words come from the ids' bytes, so that a token file and the text it
/// was made of give the same figures. A word begins at a byte that is not
/// white space (ASCII: space, \t, \n, \v, \f, \r) after one that is, or at the
/// start of a document.
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

  const Tokenizer& tokenizer_;
  OnDocument on_document_;
  LossSum document_;
  LossSum total_;
  bool empty_ = true; // no token of the document yet
  bool in_word_ = false;
};

} // namespace nanobrain
