// Opens the model that a command is given, with its tokenizer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "nanobrain/model/nano_lm.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

struct ModelWithTokenizer {
  NanoLM model{nullptr};
  std::shared_ptr<const Tokenizer> tokenizer;
};

/// `path` itself where it holds a config.json, else its folder model/ (a run
/// folder). Error where neither is a model; of a run that has not finished it
/// names the newest checkpoint.
std::filesystem::path find_model_folder(const std::filesystem::path& path);

/// The tokenizer of a model folder (find_model_folder). Error where there is
/// none, or one of more ids than the model.
std::shared_ptr<const Tokenizer> open_model_tokenizer(
    const std::filesystem::path& folder, const ModelConfig& config);

/// Loads a model folder or the model of a run folder. Errors as of
/// open_model_tokenizer().
ModelWithTokenizer open_model_folder(const std::filesystem::path& path);

/// Tokens that the model was trained on, where its nanobrain.json says.
std::optional<int64_t> trained_tokens(const std::filesystem::path& path);

} // namespace nanobrain
