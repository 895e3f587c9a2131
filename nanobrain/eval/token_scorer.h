// What the evaluation asks of a model: -ln p of each target of a window.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "nanobrain/eval/windows.h"

namespace nanobrain {

class NanoLM;

class TokenScorer {
 public:
  virtual ~TokenScorer() = default;
  /// losses[w * (inputs - first_scored) + i] is the loss in nats of the i-th
  /// scored target of window w. Error where a loss is not finite.
  virtual void score(const WindowBatch& batch, std::span<float> losses) = 0;
};

/// Scores with a model on the device where it lies, in f32, or with `bf16`
/// products in bf16 where the device gains from them. The model must outlive
/// the scorer. A loss that is not finite is an Error that names the weight at
/// fault.
std::unique_ptr<TokenScorer> make_token_scorer(NanoLM& model, bool bf16);

} // namespace nanobrain
