#include "nanobrain/command_line/timing_commands.h"

#include <filesystem>
#include <memory>
#include <optional>

#include "nanobrain/base/file.h"
#include "nanobrain/command_line/program.h"
#include "nanobrain/command_line/table_output.h"
#include "nanobrain/timing/timing.h"

namespace nanobrain {

namespace {

struct TimingFlags {
  TimingRequest request;
  bool last = false;
  std::optional<std::filesystem::path> csv, markdown;
  bool force = false;
};

void run(TimingFlags& flags, const OpenModels& open, const Output& output) {
  if (flags.last) flags.request.work = TimedWork::kPrompt;
  check_output_files(
      "bench",
      {{"--csv", flags.csv}, {"--markdown", flags.markdown}},
      {},
      flags.force);
  const TimingReport report = run_timing(open(), flags.request);
  output.text(timing_text(report));
  output.result(report.to_json());
  if (flags.csv) write_file(*flags.csv, timing_csv(report));
  if (flags.markdown) write_file(*flags.markdown, timing_markdown(report));
}

void add_timing_command(
    CLI::App& bench,
    TimedWork work,
    const std::function<OpenModels(CLI::App&)>& add_models) {
  const bool generates = work == TimedWork::kGenerate;
  auto* command =
      generates ? bench.add_subcommand(
                      "generate", "greedy generation, token by token")
                : bench.add_subcommand("forward", "forwards of so many tokens");
  const auto flags = std::make_shared<TimingFlags>();
  TimingRequest& request = flags->request;
  request.work = work;
  if (generates) request.tokens = {128};
  const Output output(*command);
  const OpenModels open = add_models(*command);
  const auto flag = [&](const char* name, auto& field, const char* help) {
    return command->add_option(name, field, help)->capture_default_str();
  };
  const auto list = [&](const char* name, auto& field, const char* help) {
    flag(name, field, help)->delimiter(',');
  };
  list("--tokens", request.tokens, "how many, one number or several: 16,64");
  if (generates) {
    list("--prompt-tokens", request.prompt_tokens, "ahead of them, not timed");
  } else {
    command->add_flag("--last", flags->last, "only the last token's logits");
  }
  list("--threads", request.threads, "CPU threads: 2,1 times both; 0: all");
  command->add_flag(
      "--cold", request.cold, "also with emptied caches, a row each");
  flag(
      "--repetitions",
      request.clock.repetitions,
      "how many count; default: those of a second, 5 at least");
  flag(
      "--warm-up",
      request.clock.warm_up,
      "how many before them; default: those of 0.3 seconds");
  flag("--csv", flags->csv, "write the table there as CSV");
  flag("--markdown", flags->markdown, "write it there as Markdown");
  command->add_flag("--force", flags->force, "replace files that exist");
  command->callback([flags, open, output] { run(*flags, open, output); });
}

} // namespace

void add_timing_commands(
    CLI::App& bench,
    const std::function<OpenModels(CLI::App& command)>& add_models) {
  add_timing_command(bench, TimedWork::kForward, add_models);
  add_timing_command(bench, TimedWork::kGenerate, add_models);
}

} // namespace nanobrain
