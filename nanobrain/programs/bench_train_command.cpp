// nanobrain bench train: how fast this machine trains.
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/programs/table_output.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/train/train_bench.h"

namespace nanobrain {

namespace {

struct TrainBenchFlags {
  std::filesystem::path config;
  std::vector<std::string> overrides;
  int64_t vocab_size = ModelConfig().vocab_size;
  std::optional<int64_t> threads;
  TrainBenchOptions options;
};

void run(const TrainBenchFlags& flags, const TableOutput& output) {
  if (flags.config.empty()) throw CLI::RequiredError("config");
  output.check({{"config", {flags.config}}});
  RunConfig config = parse_run_config(flags.config, flags.overrides);
  if (config.model.vocab_size == 0) config.model.vocab_size = flags.vocab_size;
  if (flags.threads) config.train.threads = *flags.threads;
  const Json report = bench_train(config, flags.options);
  output.write({train_bench_table(report)}, report);
}

} // namespace

void add_bench_train(CLI::App& bench) {
  auto* command = bench.add_subcommand(
      "train", "whole training steps of a config, on random tokens");
  const auto flags = std::make_shared<TrainBenchFlags>();
  const TableOutput output(*command);
  const AddFlag flag(*command);
  flag(
      "config,--config",
      flags->config,
      "YAML of a run, in either place; required");
  add_overrides(*command, flags->overrides);
  flag(
      "--vocab-size",
      flags->vocab_size,
      "where the YAML leaves it to a tokenizer");
  flag("--steps", flags->options.steps, "steps to time");
  flag("--warm-up", flags->options.warm_up, "steps before them");
  flag(
      "--seconds",
      flags->options.seconds,
      "times more steps until so many seconds have passed")
      ->check(CLI::NonNegativeNumber);
  flag("--threads", flags->threads, "CPU threads; 0: all");
  command->callback([flags, output] { run(*flags, output); });
}

} // namespace nanobrain
