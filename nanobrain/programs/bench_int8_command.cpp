// nanobrain-run bench: how fast this machine runs an int8 model.
#include <fmt/format.h>

#include "nanobrain/base/host.h"
#include "nanobrain/inference/start_timing.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"

namespace nanobrain {

namespace {

struct StartFlags {
  std::filesystem::path model;
  int64_t threads = 0;
  ClockOptions clock;
};

void run_start(const StartFlags& flags, const Output& output) {
  const Statistics s = time_start(flags.model, flags.threads, flags.clock);
  output.line(fmt::format(
      "start to first token: {:.2f} ms (median of {}; {:.2f} to {:.2f}) "
      "on {}",
      s.p50 * 1e3,
      s.count,
      s.min * 1e3,
      s.max * 1e3,
      cpu_name()));
  output.result(
      {{"median_ms", s.p50 * 1e3},
       {"min", s.min * 1e3},
       {"max", s.max * 1e3},
       {"repetitions", s.count},
       {"threads", flags.threads == 0 ? available_cpus() : flags.threads},
       {"cpu", cpu_name()},
       {"commit", build_commit()}});
}

void add_start(CLI::App& bench) {
  auto* command = bench.add_subcommand(
      "start", "from the start of the program to the first token");
  const auto flags = std::make_shared<StartFlags>();
  const Output output(*command);
  command->add_option("--model", flags->model, "int8 model folder")->required();
  add_threads(*command, flags->threads);
  command->add_option(
      "--repetitions",
      flags->clock.repetitions,
      "how many count; default: those of a second, 5 at least");
  command->callback([flags, output] { run_start(*flags, output); });
}

OpenModels add_model(CLI::App& command) {
  const auto folder = std::make_shared<std::filesystem::path>();
  command.add_option("--model", *folder, "int8 model folder")->required();
  return [folder] {
    return TimedModels{{folder->string(), open_language_model(*folder, {})}};
  };
}

} // namespace

void add_bench_int8(CLI::App& program) {
  add_start(*add_bench(program, add_model));
}

} // namespace nanobrain
