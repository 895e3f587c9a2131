#include "nanobrain/model/huggingface.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/manifest.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/model/huggingface_weights.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

void require_weights(const fs::path& directory) {
  if (fs::exists(directory / kWeightsFile)) {
    return;
  }
  require(
      !is_int8_folder(directory),
      directory.string(),
      "is an int8 model; name the f32 model that it was made from");
  const bool other = fs::exists(directory / "model.safetensors.index.json") ||
                     fs::exists(directory / "pytorch_model.bin");
  fail(
      directory.string(),
      "has no {}{}",
      kWeightsFile,
      other ? "; weights in parts or in pickle files are not read: save the "
              "model again as one safetensors file"
            : "; is it a model folder?");
}

} // namespace

NanoLM load_model(const fs::path& directory) {
  require_weights(directory);
  const Json manifest = read_model_manifest(directory);
  if (!manifest.is_null()) {
    verify_files(directory, manifest.value("files", Json()));
  }
  NanoLM model(read_model_config(directory).model, std::nullopt);
  read_weights(directory / kWeightsFile, model);
  return model;
}

void save_model(
    const fs::path& directory,
    NanoLM& model,
    const Tokenizer* tokenizer,
    const Json& record) {
  const ModelConfig& config = model->config();
  require(
      tokenizer == nullptr || tokenizer->vocab_size() == config.vocab_size,
      directory.string(),
      "the tokenizer has {} ids, but the model {}",
      tokenizer != nullptr ? tokenizer->vocab_size() : 0,
      config.vocab_size);
  write_model_folder(
      directory, config, tokenizer, record, [&](const fs::path& folder) {
        write_weights(folder / kWeightsFile, model);
      });
}

} // namespace nanobrain
