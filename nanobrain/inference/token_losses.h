// The loss of one token with the text that it stands for.
#pragma once

#include <optional>

#include "nanobrain/inference/loss_sum.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// What each token of a stream adds to the sums. Bytes and words come from the
/// ids' bytes, so that a token file and the text it was made of give the same
/// figures. A word begins at a byte that is not white space (ASCII: space, \t,
/// \n, \v, \f, \r) after one that is, or at the start of a document.
class TokenLosses {
 public:
  /// The tokenizer must outlive the object.
  explicit TokenLosses(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
  /// The next token's; zeros where it has no loss, for it is not scored.
  LossSum next(TokenId id, std::optional<double> nats);

 private:
  const Tokenizer& tokenizer_;
  bool in_word_ = false;
};

} // namespace nanobrain
