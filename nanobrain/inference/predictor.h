// What generation asks of a model: the next token's logits of a growing text.
#pragma once

#include <span>

#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

class Predictor {
 public:
  virtual ~Predictor() = default;
  /// Logits (V) of the token after `ids`: at least one id, and all of the call
  /// before and more behind them. Past the context the model sees what
  /// window_start() says. Valid until the next call.
  virtual std::span<const float> logits(std::span<const TokenId> ids) = 0;
};

} // namespace nanobrain
