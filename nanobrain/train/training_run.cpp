// A training run from its config to its result.
#include "nanobrain/train/training_run.h"

#include <fmt/chrono.h>

#include <ctime>
#include <numeric>

#include "nanobrain/base/descriptor.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/host.h"
#include "nanobrain/base/message.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/inference/open_model.h"
#include "nanobrain/kernels/backend.h"
#include "nanobrain/model/autocast.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/run/run_folder.h"
#include "nanobrain/train/inputs.h"
#include "nanobrain/train/trainer.h"
#include "nanobrain/yaml/yaml.h"

namespace nanobrain {

namespace {

/// The config to resume a run folder with.
RunConfig resumed_config(const TrainingRequest& request, const RunFolder& run) {
  const RunConfig before = read_run_config(run.config());
  RunConfig now = before;
  if (!request.config.empty() || !request.overrides.empty()) {
    now = read_run_config(
        request.config.empty() ? run.config() : request.config,
        request.overrides);
  }
  if (now.train.precision == TrainPrecision::kAuto) {
    now.train.precision = before.train.precision;
  }
  require_resumable(before, now);
  return now;
}

RunConfig new_config(const TrainingRequest& request, const RunFolder& run) {
  require<UsageError>(
      !request.config.empty(),
      run.root.string(),
      "holds no run to resume; give a CONFIG to start one");
  require_new_directory(run.root, "train");
  RunConfig config = read_run_config(request.config, request.overrides);
  config.train.precision =
      uses_bf16(config.train) ? TrainPrecision::kBf16 : TrainPrecision::kF32;
  return config;
}

Json result_of(
    const RunConfig& config, const TrainerState& state, const RunFolder& run) {
  const auto& losses = state.recent_losses;
  const int64_t tokens = state.step * config.tokens_per_step();
  return {
      {"steps", state.step},
      {"tokens", tokens},
      {"tokens_per_s", static_cast<double>(tokens) / state.training_s},
      {"train_loss",
       std::accumulate(losses.begin(), losses.end(), 0.0) /
           static_cast<double>(losses.size())},
      {"val_loss", state.val_loss},
      {"val_bits_per_byte", state.val_bits_per_byte},
      {"best_step", state.best_step},
      {"best_val_loss", state.best_val_loss},
      {"best_model", (run.checkpoint(state.best_step) / "model").string()},
      {"parameters", count_parameters(config.model)},
      {"elapsed_s", state.elapsed_s},
      {"peak_rss_bytes", peak_rss_bytes()},
      {"model", run.model().string()}};
}

} // namespace

Json train(const TrainingRequest& request) {
  const RunFolder run{fs::absolute(request.output).lexically_normal()};
  const bool begun = fs::exists(run.config());
  require(
      request.resume || !begun,
      run.root.string(),
      "holds a run already; resume it with --resume, name another folder or "
      "remove "
      "it");
  const RunConfig config =
      begun ? resumed_config(request, run) : new_config(request, run);
  require(
      !begun || fs::exists(run.record()),
      run.root.string(),
      "lacks run.json, which says what data the run was started with; copy the "
      "folder again or start a new run");
  Json record = begun ? read_json(run.record()) : Json::object();
  if (record.contains("result")) {
    print_message("train: {} is finished already", run.root.string());
    return record["result"];
  }

  const int64_t threads = set_threads(config.train.threads);
  const TrainingInputs inputs = open_inputs(config);
  RunConfig start = config;
  if (!list_checkpoints(run).empty()) {
    start.train.init_from.clear(); // the weights come from a checkpoint
  }
  if (fs::path& from = start.train.init_from; !from.empty()) {
    from = find_model_folder(from);
  }
  NanoLM model = initial_model(start, *inputs.tokenizer);
  const Json facts = inputs.facts(start);
  if (begun) {
    require_same_inputs(record.at("data"), facts);
  } else {
    record = {{"data", facts}, {"sessions", Json::array()}};
    create_run_folder(run, write_fields(config), record);
  }
  // Until this process ends: two that resume one run would write over each
  // other.
  const Descriptor folder = lock_folder(run.root);
  remove_leftovers(run);
  write_file(run.config(), to_yaml(write_fields(config)));
  record["sessions"].push_back(
      {{"started",
        fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
       {"host", host_facts()},
       {"libtorch", torch_version()},
       {"device", config.train.device},
       {"threads", threads}});
  write_json(run.record(), record);

  Trainer trainer(config, inputs, model, run);
  if (const int64_t step = trainer.state().step; begun && step > 0) {
    print_message(
        "train: resumes after step {} of {}", step, config.train.steps);
  } else if (begun) {
    print_message("train: finds no checkpoint, so starts at the first step");
  }
  trainer.run();
  const Json result = result_of(config, trainer.state(), run);
  fs::remove_all(run.model()); // of a run killed before its last line here
  Json model_record = result;
  model_record.update(inputs.seen(config.train, trainer.state().step));
  save_model(
      run.model(), trainer.model(), inputs.tokenizer.get(), model_record);
  record["result"] = result;
  write_json(run.record(), record);
  return result;
}

} // namespace nanobrain
