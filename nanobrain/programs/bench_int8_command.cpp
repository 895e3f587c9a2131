// nanobrain-run bench: how fast this machine runs an int8 model.
#include "nanobrain/base/host.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/programs/table_output.h"

namespace nanobrain {

namespace {

struct StartFlags {
  std::filesystem::path model;
  int64_t threads = 0;
  ClockOptions clock;
};

void run_start(const StartFlags& flags, const TableOutput& output) {
  output.check({{"--model", {flags.model}}});
  const int64_t threads = resolve_threads(flags.threads);
  const Statistics s = time_start(flags.model, threads, flags.clock);
  const Table table{
      .columns =
          {{"median_ms", "start to first token", "{:.2f}", "ms"},
           {"min", "min", "{:.2f}"},
           {"max", "max", "{:.2f}"},
           {"repetitions", "repetitions"},
           {"threads", "threads"},
           {"cpu"},
           {"commit"}},
      .rows =
          {{s.p50 * 1e3,
            s.min * 1e3,
            s.max * 1e3,
            s.count,
            threads,
            cpu_name(),
            build_commit()}},
      .notes = {"Median of the repetitions; " + cpu_name()}};
  output.write({table}, table.json().front());
}

void add_start(CLI::App& bench) {
  auto* command = bench.add_subcommand(
      "start", "from the start of the program to the first token");
  const auto flags = std::make_shared<StartFlags>();
  const TableOutput output(*command);
  add_model(*command, flags->model, /*int8_only=*/true);
  add_threads(*command, flags->threads);
  const AddFlag flag(*command);
  flag(
      "--repetitions",
      flags->clock.repetitions,
      "how many are timed; default: one second of them, at least 5");
  command->callback([flags, output] { run_start(*flags, output); });
}

OpenModels add_int8_model(CLI::App& command) {
  const auto folder = std::make_shared<std::filesystem::path>();
  add_model(command, *folder, /*int8_only=*/true);
  return [folder] {
    return NamedModels{
        {folder->string(),
         open_language_model(find_model_folder(*folder), {})}};
  };
}

} // namespace

void add_bench_int8(CLI::App& program) {
  add_start(*add_bench(program, add_int8_model));
}

} // namespace nanobrain
