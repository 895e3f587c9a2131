// nanobrain compare: models with different tokenizers on the same text.
#include "nanobrain/base/file.h"
#include "nanobrain/inference/comparison.h"
#include "nanobrain/inference/comparison_table.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/programs/table_output.h"

namespace nanobrain {

namespace {

struct CompareFlags {
  CompareRequest request;
  std::optional<std::filesystem::path> csv;
  std::optional<std::filesystem::path> markdown;
  std::optional<std::filesystem::path> output;
  bool force = false;
};

void run(const CompareFlags& flags, const Output& output) {
  const CompareRequest& request = flags.request;
  check_output_files(
      "compare",
      {{"--csv", flags.csv},
       {"--markdown", flags.markdown},
       {"--output", flags.output}},
      request.text.inputs,
      flags.force);
  const ComparisonReport report = run_comparison(request, all_capabilities());
  output.text(comparison_text(report));
  output.result(report.to_json());
  if (flags.csv) write_file(*flags.csv, comparison_csv(report));
  if (flags.markdown) write_file(*flags.markdown, comparison_markdown(report));
  if (flags.output) write_json(*flags.output, report.to_json());
}

} // namespace

void add_compare(CLI::App& program) {
  auto* command = program.add_subcommand(
      "compare", "one table for models with different tokenizers");
  const auto flags = std::make_shared<CompareFlags>();
  CompareRequest& request = flags->request;
  const Output output(*command);
  const auto flag = [&](const char* name, auto& field, const char* help) {
    return command->add_option(name, field, help)->capture_default_str();
  };
  flag("--model", request.models, "model or run folder; once for each")
      ->required();
  flag("--input", request.text.inputs, "texts and folders")->required();
  flag("--max-documents", request.text.max_documents, "only the first N");
  flag(
      "--context",
      request.options.context,
      "tokens seen at once; default: the most that all models take");
  flag("--stride", request.options.stride, "default: context");
  add_protocol(
      *command,
      request.text.protocol,
      "documents: every token is scored; hf: as published figures are made");
  flag(
      "--reference",
      request.reference,
      "figures to add: gpt2-small-published, or a JSON file of such");
  flag("--csv", flags->csv, "write the table there as CSV");
  flag("--markdown", flags->markdown, "write it there as Markdown");
  flag("--output", flags->output, "write the JSON there as well");
  command->add_flag("--force", flags->force, "replace files that exist");
  add_threads(*command, request.threads);
  add_precision(*command, request.options.bf16);
  add_document_options(*command, request.text.documents);
  command->callback([flags, output] { run(*flags, output); });
}

} // namespace nanobrain
