// Models as Hugging Face GPT-2 directories.
#pragma once

#include <filesystem>

#include "nanobrain/base/json.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// Reads config.json and model.safetensors, checking every checksum. Tensors
/// are f32, f16 or bf16, named with or without "transformer."; attention masks
/// of published files are passed over, and lm_head.weight where it equals wte.
/// Error that names the file and the tensor where one is missing, unexpected,
/// of another shape or dtype or not finite, or where a model without biases
/// finds one that is not zero.
NanoLM load_model(const std::filesystem::path& directory);

struct F32Folder {
  std::filesystem::path path; // of the model folder
  NanoLM model;
  std::shared_ptr<const Tokenizer> tokenizer; // nullptr: it has none
};
/// Of a model or run folder. Errors of find_model_folder(), load_model() and
/// load_model_tokenizer().
F32Folder open_f32_folder(const std::filesystem::path& path);

/// Writes a whole model folder (config/model_folder.h) with every parameter in
/// f32, named "transformer.*", matrices [in, out]; a model without biases
/// writes zeros for them. Error if the tokenizer's vocabulary is not the
/// model's.
void save_model(
    const std::filesystem::path& directory,
    NanoLM& model,
    const Tokenizer* tokenizer,
    const Json& record = Json::object());

} // namespace nanobrain
