// run_stages(): one run of a sweep.
#include <unistd.h>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/host.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/stopwatch.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/run/metrics_log.h"
#include "nanobrain/sweep/provenance.h"
#include "nanobrain/sweep/steps_to_target.h"
#include "nanobrain/sweep/worker.h"
#include "nanobrain/yaml/yaml.h"

namespace nanobrain {

namespace {

constexpr int kInterruptedExit = 130;

/// A stage that ended otherwise than well.
struct StageFailed {
  ChildResult result;
};

struct Stages {
  const SeedFolder& folder;
  const RunConfig& config;
  const RunTools& tools;
  const Claim& claim;

  StageValues run() const {
    StageValues values;
    values[Stage::kPlan] = {
        {"seed", config.train.seed},
        {"data_seed", config.train.data_seed},
        {"threads", tools.threads},
        {"train_flops", training_flops(config)}};
    write_file(folder.config(), to_yaml(write_fields(config)));
    values[Stage::kTrain] =
        json({"train", folder.config(), "--output", model(), "--resume"});
    const fs::path weights = folder.run().model() / kWeightsFile;
    if (!is_quantized_from(folder.int8(), weights)) {
      fs::remove_all(folder.int8());
      const std::string output = "--output=" + folder.int8().string();
      json(
          {"quantize",
           "--model=" + model(),
           output,
           fmt::format("--threads={}", tools.threads)});
    }
    values[Stage::kFiles] = {
        {"f32", fs::file_size(weights)},
        {"int8", fs::file_size(folder.int8() / kInt8WeightsFile)}};
    values[Stage::kInt8Loss] = json(eval_arguments(
        folder.int8(), config.data.val, config.train.seq_len, tools.threads));
    return values;
  }

  Json json(const std::vector<std::string>& arguments) const {
    ChildResult child =
        tools.run(arguments, folder.log(), {claim.descriptor()});
    if (!child.ok()) throw StageFailed{std::move(child)};
    return parse_json(child.out, folder.log().string());
  }

  std::string model() const { return folder.run().root.string(); }
};

void add_inputs(
    std::vector<std::string>& arguments,
    const std::string& flag,
    const std::vector<fs::path>& inputs) {
  for (const fs::path& input : inputs) {
    arguments.push_back(flag + "=" + input.string());
  }
}

/// Trains a tokenizer on the sweep's text and prepares its tokens, once for all
/// workers: another one that works on it is waited for. Error with the last
/// line of the process that failed.
void prepare_tokenizer_data(
    const SweepFolder& folder,
    const SweepText& text,
    const CellTokenizer& tokenizer,
    const RunTools& tools) {
  const fs::path data = folder.data(tokenizer);
  const fs::path beside = data.string() + ".tokenizer";
  const fs::path log = data.string() + ".log";
  fs::create_directories(data.parent_path());
  const Claim claim = Claim::wait(data.string() + ".lock");
  if (fs::exists(data)) return; // whole: prepare names it last
  if (!fs::exists(beside)) {
    std::vector<std::string> train = {
        "tokenizer",
        "train",
        "--kind=" + tokenizer.kind,
        fmt::format("--vocab-size={}", tokenizer.vocab_size),
        "--output=" + beside.string()};
    add_inputs(train, "--input", text.train);
    tools.json(train, log, {claim.descriptor()});
  }
  std::vector<std::string> prepare = {
      "prepare", "--tokenizer=" + beside.string(), "--output=" + data.string()};
  add_inputs(prepare, "--input", text.train);
  add_inputs(prepare, "--val-input", text.val);
  tools.json(prepare, log, {claim.descriptor()});
}

/// The config of a run, whose data is there.
RunConfig run_config(
    const SweepFolder& folder,
    const Cell& cell,
    const RunSeed& seed,
    const RunTools& tools) {
  RunConfig config = config_for_seed(cell, seed);
  config.train.threads = tools.threads;
  config.data = folder.data_of(cell);
  return config;
}

/// A second look beside the lock: that no other worker has begun the run since.
bool still_has(const RunStatus& begun, const SeedFolder& run) {
  const RunStatus now = status_or_waiting(run);
  return now.generation == begun.generation && now.host == begun.host &&
         now.pid == begun.pid;
}

} // namespace

std::vector<std::string> eval_arguments(
    const fs::path& model,
    const fs::path& text,
    int64_t context,
    int64_t threads) {
  return {
      "eval",
      "--model=" + model.string(),
      "--input=" + text.string(),
      fmt::format("--context={}", context),
      fmt::format("--threads={}", threads)};
}

RunStatus run_stages(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const Cell& cell,
    const RunSeed& seed,
    const RunTools& tools,
    const Claim& claim) {
  const SeedFolder run = folder.seed(cell.id, seed);
  RunStatus status = status_or_waiting(run);
  const double before = status.elapsed_s;
  const Stopwatch clock;
  status.state = "running";
  status.generation += 1;
  status.exit_code = 0;
  status.error.clear();
  status.host = host_facts()["hostname"];
  status.pid = getpid();
  write_status(run, status);
  const auto end = [&](const char* state, int exit_code, std::string error) {
    status.state = state;
    status.exit_code = exit_code;
    status.error = std::move(error);
  };
  try {
    if (cell.tokenizer) {
      prepare_tokenizer_data(folder, sweep.text, *cell.tokenizer, tools);
    }
    const RunConfig config = run_config(folder, cell, seed, tools);
    auto values = Stages{run, config, tools, claim}.run();
    if (sweep.target) {
      const auto metrics = read_metrics(run.run().metrics());
      if (const auto steps = steps_to_target(metrics, *sweep.target)) {
        values[Stage::kTarget] = {{"steps_to_target", *steps}};
      }
    }
    Json result = collect_result(all_figures(), values);
    result.update(recorded_facts(run.run()));
    if (still_has(status, run)) write_json(run.result(), result);
    end("done", 0, "");
  } catch (const StageFailed& failed) {
    const ChildResult& child = failed.result;
    const bool stopped = interrupted() || child.exit_code == kInterruptedExit;
    end(stopped ? "interrupted" : "failed", child.exit_code, child.last_line);
    if (has_diverged(run)) status.error += " (not retried: it diverged)";
  } catch (const Json::exception& error) {
    // A program of another version, or not nanobrain.
    end("failed",
        0,
        fmt::format("its output is not as expected: {}", error.what()));
  } catch (const Interrupted& signal) {
    end("interrupted", kInterruptedExit, signal.what());
  } catch (const std::exception& error) {
    end("failed", 0, error.what());
  }
  status.elapsed_s = before + clock.seconds();
  if (!still_has(status, run)) {
    end("lost", 0, "another worker has begun it meanwhile");
    return status;
  }
  if (status.state != "interrupted") ++status.attempts;
  write_status(run, status);
  return status;
}

} // namespace nanobrain
