#include "nanobrain/sweep/run_stages.h"

#include <unistd.h>

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/host.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/stopwatch.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/sweep/child_process.h"
#include "nanobrain/sweep/run_result.h"
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
      const RunTools& tools,
      const Claim& claim)
      : folder_(folder),
        config_(std::move(config)),
        tools_(tools),
        claim_(claim) {
    config_.train.threads = tools.threads;
  }

  RunResult run() {
    RunResult result;
    result.seed = config_.train.seed;
    result.threads = tools_.threads;
    result.train_flops = training_flops(config_);
    train(result);
    quantize(result);
    evaluate_int8(result);
    time_forward(result);
    return result;
  }

 private:
  Json json(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), tools_.program.string());
    arguments.push_back("--json");
    ChildResult child = run_child(
        {.command = std::move(arguments),
         .log = folder_.log(),
         .cpus = tools_.cpus,
         .inherited = {claim_.descriptor()}});
    if (!child.ok()) throw StageFailed{std::move(child)};
    return parse_json(child.out, folder_.log().string());
  }

  std::string threads() const { return std::to_string(tools_.threads); }
  std::string model() const { return folder_.run().root.string(); }

  void train(RunResult& result) const {
    write_file(folder_.config(), to_yaml(write_fields(config_)));
    const Json trained = json(
        {"train", folder_.config().string(), "--output", model(), "--resume"});
    result.val_loss = trained["val_loss"];
    result.val_bits_per_byte = trained["val_bits_per_byte"];
    result.parameters = trained["parameters"];
    result.tokens = trained["tokens"];
    result.steps = trained["steps"];
    result.tokens_per_s = trained["tokens_per_s"];
    result.elapsed_s = trained["elapsed_s"];
    result.peak_rss_bytes = trained["peak_rss_bytes"];
  }

  void quantize(RunResult& result) const {
    if (!fs::exists(folder_.int8())) {
      json(
          {"quantize",
           "--model",
           model(),
           "--output",
           folder_.int8().string(),
           "--threads",
           threads()});
    }
    result.f32_bytes = static_cast<int64_t>(
        fs::file_size(folder_.run().model() / "model.safetensors"));
    result.int8_bytes = static_cast<int64_t>(
        fs::file_size(folder_.int8() / "model.int8.safetensors"));
  }

  void evaluate_int8(RunResult& result) const {
    const Json loss = json(
        {"eval",
         "--model",
         folder_.int8().string(),
         "--input",
         config_.data.val.string(),
         "--context",
         std::to_string(config_.train.seq_len),
         "--threads",
         threads()});
    result.int8_val_loss = loss["nats_per_token"];
    result.int8_val_bits_per_byte = loss["bits_per_byte"];
  }

  void time_forward(RunResult& result) const {
    const int64_t tokens = std::min(kTimedTokens, config_.model.max_seq_len);
    const Json rows = json(
        {"bench",
         "forward",
         "--model",
         model(),
         "--model",
         folder_.int8().string(),
         "--tokens",
         std::to_string(tokens),
         "--threads",
         threads()})["rows"];
    result.forward_ms = rows.at(0)["median_ms"];
    result.int8_forward_ms = rows.at(1)["median_ms"];
  }

  const SeedFolder& folder_;
  RunConfig config_;
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
    const SweepText& text,
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
      prepare_tokenizer_data(folder, text, *cell.tokenizer, tools);
    }
    const RunConfig config = run_config(folder, cell, seed);
    write_result(run, Stages(run, config, tools, claim).run());
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
