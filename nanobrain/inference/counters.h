// What an evaluation of `nanobrain` counts beside the model's loss: baselines
// on the training tokens, and the exact entropy of a synthetic text.
#pragma once

#include <memory>
#include <vector>

#include "nanobrain/inference/evaluation.h"

namespace nanobrain {

/// As far as the request asks for them. Error where the baselines' token file
/// was made with another tokenizer.
std::vector<std::unique_ptr<TokenCounter>> make_counters(
    const EvalRequest& request, const Tokenizer& tokenizer);

} // namespace nanobrain
