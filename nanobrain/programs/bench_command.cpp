// bench forward and bench generate, of both programs.
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/programs/table_output.h"

namespace nanobrain {

namespace {

void run(
    const TimingRequest& request,
    const OpenModels& open,
    const TableOutput& output) {
  const NamedModels models = open();
  NamedFiles folders{"--model", {}};
  for (const NamedModel& model : models) folders.paths.push_back(model.name);
  output.check({folders});
  const TimingReport report = run_timing(models, request);
  output.write({report.table()}, report.to_json());
}

void add_timing_command(
    CLI::App& bench,
    TimedWork work,
    const std::function<OpenModels(CLI::App&)>& add_models) {
  const bool generates = work == TimedWork::kGenerate;
  auto* command = bench.add_subcommand(
      generates ? "generate" : "forward",
      generates ? "greedy generation, token by token"
                : "forward passes of a number of tokens");
  const auto asked = std::make_shared<TimingRequest>();
  TimingRequest& request = *asked;
  request.work = work;
  if (generates) request.tokens = {128};
  const TableOutput output(*command);
  const OpenModels open = add_models(*command);
  const AddFlag flag(*command);
  const auto list = [&](const char* name, auto& field, const char* help) {
    flag(name, field, help)->delimiter(',');
  };
  list("--tokens", request.tokens, "how many, one number or several: 16,64");
  if (generates) {
    list("--prompt-tokens", request.prompt_tokens, "before them, not timed");
  } else {
    command->add_flag_callback(
        "--last",
        [asked] { asked->work = TimedWork::kPrompt; },
        "only the last token's logits");
  }
  list("--threads", request.threads, "CPU threads: 2,1 times both; 0: all");
  flag("--cold", request.cold, "also with emptied caches, a row each");
  flag(
      "--repetitions",
      request.clock.repetitions,
      "how many are timed; default: one second of them, at least 5");
  flag(
      "--warm-up",
      request.clock.warm_up,
      "how many before them; default: 0.3 seconds of them");
  command->callback([asked, open, output] { run(*asked, open, output); });
}

} // namespace

CLI::App* add_bench(
    CLI::App& program,
    const std::function<OpenModels(CLI::App& command)>& add_models) {
  auto* bench = program.add_subcommand("bench", "timing harness");
  bench->require_subcommand(1);
  add_timing_command(*bench, TimedWork::kForward, add_models);
  add_timing_command(*bench, TimedWork::kGenerate, add_models);
  return bench;
}

} // namespace nanobrain
