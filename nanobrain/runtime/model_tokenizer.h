// What stands beside a model's weights: nanobrain.json and the tokenizer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "nanobrain/base/json.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

inline constexpr const char* kModelManifest = "nanobrain.json";
inline constexpr int64_t kModelFormatVersion = 1;

/// nanobrain.json; null where there is none (a folder that others wrote).
Json read_model_manifest(const std::filesystem::path& directory);

/// The folder's tokenizer, checked against the model's vocabulary and
/// nanobrain.json; nullptr where the folder holds none.
std::shared_ptr<const Tokenizer> load_model_tokenizer(
    const std::filesystem::path& directory, int64_t vocab_size);

/// The same. Error where there is none.
std::shared_ptr<const Tokenizer> open_model_tokenizer(
    const std::filesystem::path& directory, int64_t vocab_size);

/// The same of what find_tokenizer(directory) has given.
std::shared_ptr<const Tokenizer> open_model_tokenizer(
    const std::filesystem::path& directory,
    int64_t vocab_size,
    std::shared_ptr<const Tokenizer> found);

} // namespace nanobrain
