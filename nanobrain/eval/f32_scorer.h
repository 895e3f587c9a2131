// Scores windows with an f32 model, on LibTorch.
#pragma once

#include <memory>

#include "nanobrain/inference/token_scorer.h"

namespace nanobrain {

class NanoLM;

/// Scores with a model on the device where it lies, in f32, or with `bf16`
/// products in bf16 where the device gains from them. The model must outlive
/// the scorer. A loss that is not finite is an Error that names the weight at
/// fault.
std::unique_ptr<TokenScorer> make_token_scorer(NanoLM& model, bool bf16);

} // namespace nanobrain
