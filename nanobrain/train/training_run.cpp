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
#include "nanobrain/base/progress.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/inference/open_model.h"
#include "nanobrain/kernels/backend.h"
#include "nanobrain/model/autocast.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/run/run_folder.h"
#include "nanobrain/train/initial_model.h"
#include "nanobrain/train/inputs.h"
#include "nanobrain/train/trainer.h"
#include "nanobrain/yaml/yaml.h"

namespace nanobrain {

namespace {

/// "avx2", "cuda".
std::string device_name(const TrainConfig& config) {
  return at::Device(config.device).is_cpu() ? std::string(name(kernel_isa()))
                                            : config.device;
}

/// The config to resume a run folder with.
RunConfig resumed_config(const TrainingRequest& request, const RunFolder& run) {
  const RunConfig before = read_run_config(run.config());
  RunConfig now = before;
  if (!request.config.empty() || !request.overrides.empty()) {
    now = read_run_config(
        request.config.empty() ? run.config() : request.config,
        request.overrides);
  }
  // bf16 where there is none was f32 at the start, too.
  if (now.train.precision == TrainPrecision::kAuto ||
      (now.train.precision == TrainPrecision::kBf16 && !uses_bf16(now.train))) {
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
  require_schedules_fit(config);
  // What is computed, not what was asked for.
  const bool bf16 = uses_bf16(config.train);
  if (!bf16 && config.train.precision == TrainPrecision::kBf16) {
    print_message(
        "train: {} multiplies no bf16: trains in f32",
        device_name(config.train));
  }
  config.train.precision = bf16 ? TrainPrecision::kBf16 : TrainPrecision::kF32;
  return config;
}

/// Of the products of the head and of the blocks.
Json arithmetic_of(const RunConfig& config) {
  const bool head = uses_bf16(config.train);
  const bool body = head && blocks_gain_from_bf16(
                                config.model, at::Device(config.train.device));
  return {{"head", head ? "bf16" : "f32"}, {"body", body ? "bf16" : "f32"}};
}

/// A run is of one arithmetic from its first step to its last; older records do
/// not say it.
void require_same_arithmetic(const Json& record, const RunConfig& config) {
  const Json is = arithmetic_of(config);
  for (const Json& session : record.at("sessions")) {
    const Json was = session.value("arithmetic", is);
    require(
        was == is,
        "train",
        "this run has products of {} in its head and {} in its blocks, but "
        "here "
        "({}) they would be of {} and {}; resume it where it was trained",
        was.at("head").get<std::string>(),
        was.at("body").get<std::string>(),
        device_name(config.train),
        is.at("head").get<std::string>(),
        is.at("body").get<std::string>());
  }
}

Json result_of(
    const RunConfig& config, const TrainerState& state, const RunFolder& run) {
  const auto& losses = state.recent_losses;
  const int64_t tokens = config.train.tokens_of(state.step);
  return {
      {"steps", state.step},
      {"tokens", tokens},
      {"tokens_per_s", static_cast<double>(tokens) / state.training_s},
      {"train_loss",
       std::accumulate(losses.begin(), losses.end(), 0.0) /
           static_cast<double>(losses.size())},
      {"val_loss", state.val_loss},
      {"val_bits_per_byte", state.val_bits_per_byte},
      {"skipped_steps", state.spikes.skipped_steps},
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

  const Stopwatch session;
  const int64_t threads = set_threads(config.train.threads);
  const TrainingInputs inputs = open_inputs(config);
  RunConfig start = config;
  if (!list_checkpoints(run).empty()) {
    start.train.init_from.clear(); // the weights come from a checkpoint
    start.init.from_counts = false;
  }
  if (fs::path& from = start.train.init_from; !from.empty()) {
    from = find_model_folder(from);
  }
  NanoLM model = initial_model(start, inputs);
  const Json facts = inputs.facts(start);
  if (begun) {
    require_same_inputs(record.at("data"), facts);
    require_same_arithmetic(record, config);
  } else {
    record = {{"data", facts}, {"sessions", Json::array()}};
    create_run_folder(run, write_fields(config), record);
  }
  // Until this process ends: two that resume one run would write over each
  // other.
  const Descriptor folder = lock_folder(run.root);
  remove_leftovers(run);
  write_file(run.config(), to_yaml(write_fields(config)));
  record.erase("diverged");
  record["sessions"].push_back(
      {{"started",
        fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
       {"host", host_facts()},
       {"libtorch", torch_version()},
       {"isa", name(active_isa())},
       {"arithmetic", arithmetic_of(config)},
       {"device", config.train.device},
       {"threads", threads}});
  write_json(run.record(), record);

  Trainer trainer(config, inputs, model, run, session);
  if (const int64_t step = trainer.state().step; begun && step > 0) {
    print_message(
        "train: resumes after step {} of {}", step, config.train.steps);
  } else if (begun) {
    print_message("train: finds no checkpoint, so starts at the first step");
  }
  try {
    trainer.run();
  } catch (const NumericError& error) {
    record["diverged"] = error.what();
    write_json(run.record(), record);
    throw;
  }
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

std::string describe_training(const Json& result) {
  const auto skipped = result.value("skipped_steps", int64_t{0}); // older: none
  return fmt::format(
      "trained {} steps ({} tokens, {} tokens/s){}\n"
      "train loss {:.4f}, validation loss {:.4f} nats per token ({:.4f} bits "
      "per byte), best {:.4f} at step {}\n"
      "model: {}",
      format_count(result["steps"]),
      format_count(result["tokens"]),
      format_count(static_cast<int64_t>(result["tokens_per_s"].get<double>())),
      skipped > 0 ? fmt::format(", {} skipped", format_count(skipped)) : "",
      result["train_loss"].get<double>(),
      result["val_loss"].get<double>(),
      result["val_bits_per_byte"].get<double>(),
      result["best_val_loss"].get<double>(),
      result["best_step"].get<int64_t>(),
      result["model"].get<std::string>());
}

} // namespace nanobrain
