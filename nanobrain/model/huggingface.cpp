#include "nanobrain/model/huggingface.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/manifest.h"
#include "nanobrain/model/huggingface_config.h"
#include "nanobrain/model/huggingface_weights.h"
#include "nanobrain/runtime/model_file.h"
#include "nanobrain/runtime/model_tokenizer.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

constexpr const char* kConfig = "config.json";

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

bool is_int8_folder(const fs::path& directory) {
  return fs::exists(directory / ModelFile::kWeights) &&
         !fs::exists(directory / kWeightsFile);
}

ModelConfig read_model_config(const fs::path& directory) {
  const fs::path path = directory / kConfig;
  return config_from_huggingface(read_json(path), path.string());
}

NanoLM load_model(const fs::path& directory) {
  require_weights(directory);
  const Json manifest = read_model_manifest(directory);
  if (!manifest.is_null()) {
    verify_files(directory, manifest.value("files", Json()));
  }
  NanoLM model(read_model_config(directory), std::nullopt);
  read_weights(directory / kWeightsFile, model);
  return model;
}

Json training_record(const fs::path& directory) {
  const Json manifest = read_model_manifest(directory);
  return manifest.is_null() ? Json::object()
                            : manifest.value("training", Json::object());
}

std::shared_ptr<const Tokenizer> load_model_tokenizer(
    const fs::path& directory, const ModelConfig& config) {
  return load_model_tokenizer(directory, config.vocab_size);
}

void write_model_folder(
    const fs::path& directory,
    const ModelConfig& config,
    const Tokenizer* tokenizer,
    const Json& record,
    const std::function<void(const fs::path& folder)>& write_weights) {
  AtomicDirectory folder(directory);
  if (tokenizer != nullptr) tokenizer->save(folder.path());
  const int64_t end_of_text =
      tokenizer != nullptr ? tokenizer->end_of_text() : -1;
  write_json(
      folder.path() / kConfig, config_to_huggingface(config, end_of_text));
  write_weights(folder.path());
  write_json(
      folder.path() / kModelManifest,
      {{"format_version", kModelFormatVersion},
       {"tokenizer_hash",
        tokenizer != nullptr ? Json(tokenizer->hash()) : Json(nullptr)},
       {"training", record},
       {"files", hash_files(folder.path())}});
  folder.commit();
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
