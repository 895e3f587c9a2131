#include "nanobrain/eval/model_folder.h"

#include "nanobrain/base/error.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/eval/f32_model.h"
#include "nanobrain/eval/int8_model.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/run/run_folder.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

/// Says what to do about a run folder that has no model/ yet.
[[noreturn]] void fail_unfinished(const RunFolder& run) {
  const auto checkpoints = list_checkpoints(run);
  const std::string root = run.root.string();
  fail(
      "model",
      "{} is a run that has not finished; go on with it: nanobrain train "
      "--output {} --resume{}",
      root,
      root,
      checkpoints.empty()
          ? ""
          : ", or name a checkpoint's model: " +
                (checkpoints.rbegin()->second / "model").string());
}

} // namespace

fs::path find_model_folder(const fs::path& path) {
  for (const auto& folder : {path, path / "model"}) {
    if (fs::exists(folder / "config.json")) return folder;
  }
  if (const RunFolder run{path}; fs::exists(run.record())) {
    fail_unfinished(run);
  }
  fail(
      "model",
      "{} is neither a model folder (it has no config.json) nor a run folder "
      "(it has no model/config.json)",
      path.string());
}

void require_precision(const fs::path& folder, bool bf16) {
  require<UsageError>(
      !bf16 || !is_int8_folder(folder),
      "model",
      "{} is an int8 model: --precision bf16 is for f32 models; leave it out",
      folder.string());
}

ModelWithTokenizer open_model_folder(
    const fs::path& path, const ComputeOptions& options) {
  const fs::path folder = find_model_folder(path);
  require_precision(folder, options.bf16);
  ModelWithTokenizer opened;
  opened.model = is_int8_folder(folder)
                     ? open_int8_model(folder, options.threads)
                     : open_f32_model(folder, options.bf16);
  opened.tokenizer =
      open_model_tokenizer(folder, opened.model->config().vocab_size);
  return opened;
}

std::optional<int64_t> trained_tokens(const fs::path& path) {
  const Json record = training_record(find_model_folder(path));
  const Json tokens = record.value(Json::json_pointer("/tokens"), Json());
  if (!tokens.is_number_integer()) return std::nullopt;
  return tokens.get<int64_t>();
}

} // namespace nanobrain
