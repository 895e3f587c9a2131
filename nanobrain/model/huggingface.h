// Models as Hugging Face GPT-2 directories.
#pragma once

#include <filesystem>

#include "nanobrain/base/json.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// Reads config.json and model.safetensors (f32, f16, bf16; with and without
/// the "transformer." prefix), checking every name, shape and checksum.
NanoLM load_model(const std::filesystem::path& directory);

/// Writes a whole model folder (config/model_folder.h) with the weights in f32.
/// Error where the tokenizer's vocabulary is not the model's.
void save_model(
    const std::filesystem::path& directory,
    NanoLM& model,
    const Tokenizer* tokenizer,
    const Json& record = Json::object());

} // namespace nanobrain
