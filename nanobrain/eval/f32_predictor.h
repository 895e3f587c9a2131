// Predicts with an f32 model, on LibTorch.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "nanobrain/inference/generate.h"

namespace nanobrain {

class NanoLM;

/// Predicts on the device where the model lies, keys and values kept until the
/// window moves. The model must outlive the predictor.
std::unique_ptr<Predictor> make_predictor(NanoLM& model);

/// generate() with a predictor of the model.
Generated generate(
    NanoLM& model,
    const Tokenizer& tokenizer,
    std::string_view prompt,
    const GenerateOptions& options = {},
    const std::function<void(std::string_view)>& on_text = {});

} // namespace nanobrain
