// One predictor under the clock.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "nanobrain/inference/clock.h"
#include "nanobrain/inference/language_model.h"

namespace nanobrain {

/// Runs off the clock, ahead of what each repetition times; may be empty.
using Preparation = std::function<void()>;

/// Seconds of each forward: all logits, into memory that has been touched.
std::vector<double> measure_forward(
    Predictor& predictor,
    std::span<const TokenId> ids,
    int64_t vocab_size,
    const ClockOptions& clock,
    const Preparation& prepare);

/// Seconds of each prompt: the logits after its last token.
std::vector<double> measure_prompt(
    Predictor& predictor,
    std::span<const TokenId> ids,
    const ClockOptions& clock,
    const Preparation& prepare);

struct GenerationSeconds {
  std::vector<double> texts;
  std::vector<double> tokens; // of all texts
};

/// Seconds of `tokens` tokens, greedily, one after another; the prompt and the
/// choice of the first token are off the clock.
GenerationSeconds measure_generation(
    Predictor& predictor,
    std::span<const TokenId> prompt,
    int64_t tokens,
    const ClockOptions& clock,
    const Preparation& prepare);

} // namespace nanobrain
