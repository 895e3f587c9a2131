// Models as Hugging Face GPT-2 directories: config.json, model.safetensors,
// tokenizer files and nanobrain.json (format version, tokenizer hash, training
// record, SHA-256 of each file).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "nanobrain/base/json.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

inline constexpr const char* kWeightsFile = "model.safetensors";

/// Whether a folder holds an int8 model (runtime/model_file.h) and no f32 one.
bool is_int8_folder(const std::filesystem::path& directory);

/// Reads config.json. Error that names the key where the file describes a
/// model that this class cannot be (scaled attention, other heads, ...).
ModelConfig read_model_config(const std::filesystem::path& directory);

/// Reads config.json and model.safetensors (f32, f16, bf16; with and without
/// the "transformer." prefix), checking every name, shape and checksum.
NanoLM load_model(const std::filesystem::path& directory);

/// What nanobrain.json has under "training"; an empty object without it.
Json training_record(const std::filesystem::path& directory);

/// The folder's tokenizer, checked against the model's vocabulary and
/// nanobrain.json; nullptr where the folder holds none.
std::shared_ptr<const Tokenizer> load_model_tokenizer(
    const std::filesystem::path& directory, const ModelConfig& config);

/// Writes a whole model folder atomically: what `write_weights` puts into the
/// folder that it gets, and everything beside it. `tokenizer` may be nullptr;
/// `record` goes into nanobrain.json under "training".
void write_model_folder(
    const std::filesystem::path& directory,
    const ModelConfig& config,
    const Tokenizer* tokenizer,
    const Json& record,
    const std::function<void(const std::filesystem::path& folder)>&
        write_weights);

/// The same with the model's weights in f32. Error where the tokenizer's
/// vocabulary is not the model's.
void save_model(
    const std::filesystem::path& directory,
    NanoLM& model,
    const Tokenizer* tokenizer,
    const Json& record = Json::object());

} // namespace nanobrain
