// What an evaluation asks of a model: -ln p of each target of a window.
#pragma once

#include <span>

#include "nanobrain/inference/windows.h"

namespace nanobrain {

class TokenScorer {
 public:
  virtual ~TokenScorer() = default;
  /// losses[w * (inputs - first_scored) + i] is the loss in nats of the i-th
  /// scored target of window w. Error where a loss is not finite.
  virtual void score(const WindowBatch& batch, std::span<float> losses) = 0;
};

} // namespace nanobrain
