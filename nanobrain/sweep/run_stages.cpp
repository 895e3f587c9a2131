#include "nanobrain/sweep/run_stages.h"

#include <unistd.h>

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/host.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/stopwatch.h"
#include "nanobrain/sweep/arithmetic.h"
#include "nanobrain/sweep/tokenizer_data.h"
#include "nanobrain/yaml/yaml.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

constexpr int64_t kTimedTokens = 64;
constexpr int kInterruptedExit = 130;

/// A stage that ended otherwise than well.
struct StageFailed {
  ChildResult result;
};

class Stages {
 public:
  Stages(
      const SeedFolder& folder,
      RunConfig config,
      const TimingConfig& timing,
      const RunTools& tools,
      const Claim& claim)
      : folder_(folder),
        config_(std::move(config)),
        timing_(timing),
        tools_(tools),
        claim_(claim) {
    config_.train.threads = tools.threads;
  }

  StageValues run() {
    StageValues values;
    values[Stage::kPlan] = {
        {"seed", config_.train.seed},
        {"threads", tools_.threads},
        {"train_flops", training_flops(config_)}};
    write_file(folder_.config(), to_yaml(write_fields(config_)));
    values[Stage::kTrain] =
        json({"train", folder_.config(), "--output", model(), "--resume"});
    if (!fs::exists(folder_.int8())) {
      json(
          {"quantize",
           "--model",
           model(),
           "--output",
           folder_.int8(),
           "--threads",
           threads()});
    }
    values[Stage::kFiles] = {
        {"f32", fs::file_size(folder_.run().model() / "model.safetensors")},
        {"int8", fs::file_size(folder_.int8() / "model.int8.safetensors")}};
    values[Stage::kInt8Loss] = json(
        {"eval",
         "--model",
         folder_.int8(),
         "--input",
         config_.data.val,
         "--context",
         std::to_string(config_.train.seq_len),
         "--threads",
         threads()});
    const Json rows = time_forward();
    values[Stage::kForward] = rows.at(0);
    values[Stage::kInt8Forward] = rows.at(1);
    return values;
  }

 private:
  Json json(const std::vector<std::string>& arguments) const {
    ChildResult child =
        tools_.run(arguments, folder_.log(), {claim_.descriptor()});
    if (!child.ok()) throw StageFailed{std::move(child)};
    return parse_json(child.out, folder_.log().string());
  }

  Json time_forward() const {
    const int64_t tokens = std::min(kTimedTokens, config_.model.max_seq_len);
    std::vector<std::string> bench = {
        "bench",
        "forward",
        "--model",
        model(),
        "--model",
        folder_.int8(),
        "--tokens",
        std::to_string(tokens),
        "--threads",
        threads()};
    if (timing_.repetitions) {
      bench.insert(
          bench.end(), {"--repetitions", std::to_string(*timing_.repetitions)});
    }
    return json(bench).at("rows");
  }

  std::string threads() const { return std::to_string(tools_.threads); }
  std::string model() const { return folder_.run().root.string(); }

  const SeedFolder& folder_;
  RunConfig config_;
  const TimingConfig& timing_;
  const RunTools& tools_;
  const Claim& claim_;
};

/// The config of a run whose tokenizer the sweep has trained.
RunConfig run_config(
    const SweepFolder& folder, const Cell& cell, int64_t seed) {
  RunConfig config = config_for_seed(cell, seed);
  if (cell.tokenizer) {
    const fs::path data = folder.data(*cell.tokenizer);
    config.data = {
        .tokenizer = data,
        .train = data / "train.tokens",
        .val = data / "val.tokens"};
  }
  return config;
}

} // namespace

RunStatus run_stages(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const Cell& cell,
    int64_t seed,
    const RunTools& tools,
    const Claim& claim) {
  const SeedFolder run = folder.seed(cell.id, seed);
  RunStatus status = read_status(run);
  const double before = status.elapsed_s;
  const Stopwatch clock;
  status.state = "running";
  status.attempts += 1;
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
    const RunConfig config = run_config(folder, cell, seed);
    const auto values = Stages(run, config, sweep.timing, tools, claim).run();
    write_json(run.result(), collect_result(all_figures(), values));
    end("done", 0, "");
  } catch (const StageFailed& failed) {
    const ChildResult& child = failed.result;
    const bool stopped = interrupted() || child.exit_code == kInterruptedExit;
    end(stopped ? "interrupted" : "failed", child.exit_code, child.last_line);
  } catch (const Json::exception& error) {
    // A program of another version, or not nanobrain.
    end("failed",
        0,
        fmt::format("its output is not as expected: {}", error.what()));
  } catch (const Interrupted& signal) {
    end("interrupted", kInterruptedExit, signal.what());
  } catch (const Error& error) {
    end("failed", 0, error.what());
  }
  status.elapsed_s = before + clock.seconds();
  write_status(run, status);
  return status;
}

} // namespace nanobrain
