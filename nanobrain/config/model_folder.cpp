#include "nanobrain/config/model_folder.h"

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/manifest.h"

namespace nanobrain {

constexpr int64_t kModelFormatVersion = 1;

bool is_int8_folder(const fs::path& directory) {
  return fs::exists(directory / kInt8WeightsFile) &&
         !fs::exists(directory / kWeightsFile);
}

HuggingFaceConfig read_model_config(const fs::path& directory) {
  const fs::path path = directory / kModelConfig;
  return parse_huggingface_config(read_json(path), path.string());
}

void write_model_folder(
    const fs::path& directory,
    const ModelConfig& config,
    const Tokenizer* tokenizer,
    const Json& facts,
    const std::function<void(const fs::path& folder)>& write_weights) {
  AtomicDirectory folder(directory);
  if (tokenizer != nullptr) tokenizer->save(folder.path());
  const int64_t end_of_text =
      tokenizer != nullptr ? tokenizer->end_of_text() : -1;
  write_json(
      folder.path() / kModelConfig, to_huggingface({config, end_of_text}));
  write_weights(folder.path());
  Json manifest = {
      {"format_version", kModelFormatVersion},
      {"tokenizer_hash",
       tokenizer != nullptr ? Json(tokenizer->hash()) : Json(nullptr)}};
  manifest.update(facts);
  manifest["files"] = hash_files(folder.path());
  write_json(folder.path() / kModelManifest, manifest);
  folder.commit();
}

Json read_model_manifest(const fs::path& directory) {
  const fs::path path = directory / kModelManifest;
  if (!fs::exists(path)) return Json::object();
  Json manifest = read_json(path);
  require_format_version(manifest, kModelFormatVersion, path.string());
  return manifest;
}

Json training_record(const fs::path& directory) {
  return read_model_manifest(directory).value("training", Json::object());
}

bool is_quantized_from(const fs::path& int8, const fs::path& weights) {
  const Json from = read_model_manifest(int8).value("quantized_from", Json());
  return from.is_string() && from == sha256_of_file(weights);
}

int64_t trained_context(const fs::path& directory, int64_t max_seq_len) {
  const Json record = training_record(directory);
  if (!record.is_object() || !record.contains("seq_len")) return max_seq_len;
  const Json& seq_len = record["seq_len"];
  require(
      seq_len.is_number_integer() && seq_len >= 1 && seq_len <= max_seq_len,
      (directory / kModelManifest).string(),
      "training.seq_len is {}; it must be from 1 to the model's max_seq_len, "
      "{}",
      seq_len.dump(),
      max_seq_len);
  return seq_len;
}

std::shared_ptr<const Tokenizer> load_model_tokenizer(
    const fs::path& directory,
    int64_t vocab_size,
    std::shared_ptr<const Tokenizer> tokenizer) {
  if (tokenizer == nullptr) tokenizer = find_tokenizer(directory);
  const std::string where = directory.string();
  const Json recorded =
      read_model_manifest(directory).value("tokenizer_hash", Json());
  if (tokenizer == nullptr) {
    require(
        recorded.is_null(),
        where,
        "has lost its tokenizer; copy the folder again");
    return nullptr;
  }
  const int64_t ids = tokenizer->vocab_size();
  require(
      ids <= vocab_size,
      where,
      "the tokenizer has {} ids, but the model only {}; they do not belong "
      "together",
      ids,
      vocab_size);
  const Json end =
      read_json(directory / kModelConfig).value("eos_token_id", Json());
  require(
      !end.is_number_integer() || end < ids,
      where,
      "config.json names token {} as end of text, but the tokenizer has {} "
      "ids; they do not belong together",
      end.dump(),
      ids);
  require(
      recorded.is_null() || recorded == tokenizer->hash(),
      where,
      "the tokenizer is not the one that the model was trained with (hash {}, "
      "nanobrain.json says {}); restore its own",
      tokenizer->hash(),
      recorded.dump());
  return tokenizer;
}

std::shared_ptr<const Tokenizer> open_model_tokenizer(
    const fs::path& directory,
    int64_t vocab_size,
    std::shared_ptr<const Tokenizer> found) {
  auto tokenizer =
      load_model_tokenizer(directory, vocab_size, std::move(found));
  require(
      tokenizer != nullptr,
      "model",
      "{} has no tokenizer; put its files beside config.json: vocab.json and "
      "merges.txt, tokenizer.model or tokenizer.lexical.json (a tokenizer.json "
      "alone is not read)",
      directory.string());
  return tokenizer;
}

} // namespace nanobrain
