// NanoLM as a LanguageModel, on LibTorch.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "nanobrain/inference/evaluation.h"
#include "nanobrain/inference/generate.h"
#include "nanobrain/inference/language_model.h"

namespace nanobrain {

class NanoLM;

/// load_model(); `bf16`: products in bf16 where the device gains from them. Its
/// scorers and predictors set the threads of all LibTorch operators.
std::unique_ptr<LanguageModel> open_f32_model(
    const std::filesystem::path& folder, bool bf16);

/// A model in memory.
std::unique_ptr<LanguageModel> make_f32_model(NanoLM model);

/// At random initialisation. UsageError if the config cannot be.
std::unique_ptr<LanguageModel> make_random_f32_model(const ModelConfig& config);

/// Scores on the device where the model is. The model must outlive the scorer.
/// A loss that is not finite is an Error that names the weight at fault.
std::unique_ptr<TokenScorer> make_token_scorer(NanoLM& model, bool bf16);

/// Predicts on the device where the model is, keys and values kept until the
/// window of `context` tokens (absent: max_seq_len) moves. The model must
/// outlive the predictor.
std::unique_ptr<Predictor> make_predictor(
    NanoLM& model, std::optional<int64_t> context = std::nullopt);

/// evaluate() with a scorer of the model.
LossSum evaluate(
    NanoLM& model,
    const TokenFile& file,
    const Tokenizer& tokenizer,
    const EvalOptions& options = {},
    const std::string& label = {});

/// generate() with a predictor of the model.
Generated generate(
    NanoLM& model,
    const Tokenizer& tokenizer,
    std::string_view prompt,
    const GenerateOptions& options = {},
    const OnText& on_text = {});

} // namespace nanobrain
