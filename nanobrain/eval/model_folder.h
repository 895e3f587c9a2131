// Opens the model that a command is given, with its tokenizer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "nanobrain/eval/language_model.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

struct ComputeOptions {
  bool bf16 = false;   // matrix products of an f32 model
  int64_t threads = 0; // of an int8 model, 0: all; LibTorch has set_threads()
};

struct ModelWithTokenizer {
  std::unique_ptr<LanguageModel> model;
  std::shared_ptr<const Tokenizer> tokenizer;
};

/// `path` itself where it holds a config.json, else its folder model/ (a run
/// folder). Error where neither is a model; of a run that has not finished it
/// names the newest checkpoint.
std::filesystem::path find_model_folder(const std::filesystem::path& path);

/// Loads a model folder or the model of a run folder, f32 or int8. Errors as of
/// open_model_tokenizer(), and of require_precision().
ModelWithTokenizer open_model_folder(
    const std::filesystem::path& path, const ComputeOptions& options = {});

/// UsageError where bf16 is asked of an int8 model.
void require_precision(const std::filesystem::path& folder, bool bf16);

/// Tokens that the model was trained on, where its nanobrain.json says.
std::optional<int64_t> trained_tokens(const std::filesystem::path& path);

} // namespace nanobrain
