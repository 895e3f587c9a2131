// A model folder without its weights: config.json, nanobrain.json (format
// version, tokenizer hash, training record, SHA-256 of each file) and the
// tokenizer's files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "nanobrain/base/json.h"
#include "nanobrain/config/huggingface_config.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

inline constexpr const char* kModelManifest = "nanobrain.json";
inline constexpr const char* kModelConfig = "config.json";
inline constexpr const char* kWeightsFile = "model.safetensors";
inline constexpr const char* kInt8WeightsFile = "model.int8.safetensors";

/// Whether a folder holds an int8 model (runtime/model.h) and no f32 one.
bool is_int8_folder(const fs::path& directory);

/// The folder's config.json. Errors of parse_huggingface_config().
HuggingFaceConfig read_model_config(const fs::path& directory);

/// Writes a whole model folder atomically: what `write_weights` puts into the
/// folder that it gets, and everything beside it. `tokenizer` may be nullptr;
/// `facts` go into nanobrain.json: training, quantized_from.
void write_model_folder(
    const fs::path& directory,
    const ModelConfig& config,
    const Tokenizer* tokenizer,
    const Json& facts,
    const std::function<void(const fs::path& folder)>& write_weights);

/// nanobrain.json; empty where there is none (a folder that others wrote).
Json read_model_manifest(const fs::path& directory);

/// What nanobrain.json has under "training"; an empty object without it.
Json training_record(const fs::path& directory);

/// Whether an int8 model folder says that it was made from this file of f32
/// weights, as they are now. False where it does not say, or is not there.
bool is_quantized_from(const fs::path& int8, const fs::path& weights);

/// Tokens of the windows that a model of `max_seq_len` positions was last
/// trained in: "seq_len" of its training record; max_seq_len where it has none
/// (an older folder, or another program's). Error if it cannot be.
int64_t trained_context(const fs::path& directory, int64_t max_seq_len);

/// The folder's tokenizer (`found`, if find_tokenizer() has given it already),
/// checked against vocabulary and nanobrain.json; nullptr if there is none.
std::shared_ptr<const Tokenizer> load_model_tokenizer(
    const fs::path& directory,
    int64_t vocab_size,
    std::shared_ptr<const Tokenizer> found = nullptr);

/// The same. Error if there is none.
std::shared_ptr<const Tokenizer> open_model_tokenizer(
    const fs::path& directory,
    int64_t vocab_size,
    std::shared_ptr<const Tokenizer> found = nullptr);

} // namespace nanobrain
