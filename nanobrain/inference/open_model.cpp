#include "nanobrain/inference/open_model.h"

#include <future>

#include "nanobrain/base/error.h"
#include "nanobrain/base/message.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/inference/int8_model.h"
#include "nanobrain/run/run_folder.h"

namespace nanobrain {

fs::path find_model_folder(const fs::path& path) {
  for (const auto& folder : {path, path / "model"}) {
    if (fs::exists(folder / kModelConfig)) return folder;
  }
  const RunFolder run{path};
  if (fs::exists(run.record())) {
    const auto checkpoints = list_checkpoints(run);
    fail(
        "model",
        "{0} is a run that has not finished; resume it: nanobrain train "
        "--output {0} --resume{1}",
        path.string(),
        checkpoints.empty()
            ? ""
            : ", or name a checkpoint's model: " +
                  (checkpoints.rbegin()->second / "model").string());
  }
  fail(
      "model",
      "{} is neither a model folder (it has no config.json) nor a run folder "
      "(it has no model/config.json)",
      path.string());
}

int64_t choose_context(
    std::string_view command,
    std::optional<int64_t> requested,
    int64_t trained,
    std::string_view model) {
  if (requested.value_or(trained) > trained) {
    print_message(
        "{}: warning: context {} is longer than the {} tokens that {} was "
        "trained at; its positions past them are untrained",
        command,
        *requested,
        trained,
        model);
  }
  return requested.value_or(trained);
}

void require_precision(const fs::path& folder, bool bf16) {
  require<UsageError>(
      !bf16 || !is_int8_folder(folder),
      "model",
      "{} is an int8 model: --precision bf16 is for f32 models; leave it out",
      folder.string());
}

std::unique_ptr<LanguageModel> open_language_model(
    const fs::path& folder, const Capabilities& capabilities, bool bf16) {
  require_precision(folder, bf16);
  if (capabilities.open_f32 && !is_int8_folder(folder)) {
    return capabilities.open_f32(folder, bf16);
  }
  require(
      capabilities.open_f32 || !fs::exists(folder / kWeightsFile) ||
          fs::exists(folder / kInt8WeightsFile),
      "model",
      "{} is an f32 model, and this program runs int8 models only; make one "
      "with nanobrain quantize",
      folder.string());
  return make_int8_model(RuntimeModel::load(folder));
}

OpenedModel open_model(
    const fs::path& path, const Capabilities& capabilities, bool bf16) {
  const fs::path folder = find_model_folder(path);
  // Each takes milliseconds. Where both are at fault the model's error counts.
  auto found = std::async(
      std::launch::async, [&folder] { return find_tokenizer(folder); });
  OpenedModel opened;
  opened.model = open_language_model(folder, capabilities, bf16);
  opened.tokenizer = open_model_tokenizer(
      folder, opened.model->config().vocab_size, found.get());
  return opened;
}

} // namespace nanobrain
