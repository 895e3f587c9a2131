// Checkpoints of a run.
#include "nanobrain/train/checkpoint.h"

#include <vector>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/json.h"
#include "nanobrain/base/manifest.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/model/tensor_file.h"

namespace nanobrain {

namespace {

constexpr int64_t kFormatVersion = 1;

void load_optimizer(const fs::path& path, const NamedTensors& state) {
  const SafetensorsFile file(path);
  require(
      file.tensors().size() == state.size(),
      path.string(),
      "holds {} tensors, but the optimizer has {}",
      file.tensors().size(),
      state.size());
  for (auto [name, tensor] : state) {
    const TensorView& view = file.at(name);
    require(
        view.dtype == DType::kF32 && tensor.sizes() == view.shape,
        path.string(),
        "tensor {} has another shape or type than the optimizer's",
        name);
    tensor.copy_(read_tensor(view, path.string()));
  }
}

void copy_weights(NanoLM& from, NanoLM& to) {
  const torch::NoGradGuard no_grad;
  require(
      from->config() == to->config(),
      "checkpoint",
      "its model has other dimensions than the run's config");
  const auto source = from->named_parameters();
  for (auto& item : to->named_parameters()) {
    item.value().copy_(source[item.key()]);
  }
}

} // namespace

void CheckpointStore::save(
    const TrainerState& state,
    NanoLM& model,
    const TrainingInputs& inputs,
    const NamedTensors& optimizer) {
  AtomicDirectory folder(run_.checkpoint(state.step));
  Json record = inputs.seen(config_.train, state.step);
  record["step"] = state.step;
  record["val_loss"] = state.val_loss;
  save_model(folder.path() / "model", model, inputs.tokenizer.get(), record);
  write_tensors(folder.path() / "optimizer.safetensors", optimizer);
  write_json(
      folder.path() / "trainer.json",
      {{"format_version", kFormatVersion},
       {"config", write_fields(config_)},
       {"state", write_fields(state)}});
  write_manifest(folder.path());
  folder.commit();
  const auto found = list_checkpoints(run_);
  auto excess = static_cast<int64_t>(found.size()) - config_.train.keep_last;
  for (auto it = found.begin(); excess > 0; ++it, --excess) {
    if (it->first != state.best_step) fs::remove_all(it->second);
  }
}

TrainerState CheckpointStore::load(
    const fs::path& path, NanoLM& model, const NamedTensors& optimizer) const {
  check_manifest(path);
  const Json json = read_json(path / "trainer.json");
  require_format_version(json, kFormatVersion, path.string());
  if (json.contains("config")) {
    RunConfig config;
    read_fields(
        json["config"], (path / "trainer.json: config").string(), config);
    require_resumable(config, config_);
  }
  TrainerState state;
  read_fields(json.at("state"), (path / "trainer.json: state").string(), state);
  NanoLM saved = load_model(path / "model");
  copy_weights(saved, model);
  load_optimizer(path / "optimizer.safetensors", optimizer);
  return state;
}

std::optional<TrainerState> CheckpointStore::restore(
    NanoLM& model,
    const NamedTensors& optimizer,
    const std::function<void(std::string_view)>& warn) {
  const auto found = list_checkpoints(run_);
  std::vector<fs::path> damaged;
  for (auto it = found.rbegin(); it != found.rend(); ++it) {
    try {
      const TrainerState state = load(it->second, model, optimizer);
      for (const fs::path& path : damaged) { // their names are needed again
        const fs::path aside = path.string() + ".damaged";
        fs::remove_all(aside);
        fs::rename(path, aside);
      }
      return state;
    } catch (const std::exception& error) {
      warn(fmt::format(
          "checkpoint {} cannot be used, going back to the one before: {}",
          it->second.filename().string(),
          error.what()));
      damaged.push_back(it->second);
    }
  }
  require(
      found.empty(),
      run_.checkpoints().string(),
      "none of its {} checkpoints can be used; remove the folder to start "
      "from the first step",
      found.size());
  return std::nullopt;
}

} // namespace nanobrain
