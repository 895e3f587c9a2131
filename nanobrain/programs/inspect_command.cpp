// nanobrain inspect: builds the model of a config at random initialisation and
// checks it.
#include "nanobrain/base/error.h"
#include "nanobrain/kernels/backend.h"
#include "nanobrain/model/inspect.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/programs/table_output.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

namespace {

struct InspectFlags {
  std::filesystem::path config;
  std::vector<std::string> overrides;
  std::filesystem::path tokenizer;
  InspectOptions options;
  int64_t threads = 0;
};

void run_inspect(InspectFlags flags, const TableOutput& output) {
  output.check(
      {{"--config", {flags.config}}, {"--tokenizer", {flags.tokenizer}}});
  const int64_t threads = set_threads(flags.threads);
  const auto tokenizer =
      flags.tokenizer.empty() ? nullptr : load_tokenizer(flags.tokenizer);
  flags.options.tokenizer = tokenizer.get();
  if (!flags.config.empty()) {
    flags.options.model = parse_run_config(flags.config, flags.overrides).model;
  } else if (tokenizer != nullptr) {
    flags.options.model.vocab_size = 0; // the tokenizer says it
  }
  const InspectReport report = inspect_model(flags.options);
  Json result = report.to_json();
  result["threads"] = threads;
  output.write({report.table()}, result);
  require(report.passed(), "inspect", "a check failed: see the report");
}

} // namespace

void add_inspect(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "inspect",
      "build a model and check its shapes, size, causality and loss");
  const auto flags = std::make_shared<InspectFlags>();
  const TableOutput output(*command);
  const AddFlag flag(*command);
  auto* config =
      flag("--config", flags->config, "YAML of a run; default: the Nano Brain");
  add_overrides(*command, flags->overrides)->needs(config);
  flag(
      "--tokenizer",
      flags->tokenizer,
      "without it the text's bytes are the ids");
  flag("--text", flags->options.text, "text to measure on");
  add_threads(*command, flags->threads);
  command->callback([flags, output] { run_inspect(*flags, output); });
}

} // namespace nanobrain
