// nanobrain compare: models with different tokenizers on the same text.
#include "nanobrain/inference/comparison.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/programs/table_output.h"

namespace nanobrain {

namespace {

void run(const CompareRequest& request, const TableOutput& output) {
  output.check(
      {{"--model", request.models},
       {"--input", request.text.inputs},
       {"--baselines", {request.baselines.value_or("")}},
       {"--reference", {request.reference.value_or("")}}});
  const ComparisonReport report = run_comparison(request, all_capabilities());
  output.write({report.table()}, report.to_json(), report.to_text());
}

} // namespace

void add_compare(CLI::App& program) {
  auto* command = program.add_subcommand(
      "compare", "one table for models with different tokenizers");
  const auto asked = std::make_shared<CompareRequest>();
  CompareRequest& request = *asked;
  const TableOutput output(*command);
  const AddFlag flag(*command);
  flag("--model", request.models, "model or run folder; once for each")
      ->required();
  flag("--input", request.text.inputs, "texts and folders")->required();
  flag("--max-documents", request.text.max_documents, "only the first N");
  flag(
      "--context",
      request.options.context,
      "tokens seen at once; default: the most that all models were trained at");
  flag("--stride", request.options.stride, "default: context");
  add_protocol(
      *command,
      request.text.protocol,
      "documents: every token is scored; hf: as published figures are made");
  flag(
      "--baselines",
      request.baselines,
      "training tokens to count the n-gram baselines on; default: what the "
      "models' run folders name");
  flag(
      "--reference",
      request.reference,
      "figures to add: gpt2-small-published, or a JSON file of such");
  add_threads(*command, request.threads);
  add_precision(*command, request.options.bf16);
  add_document_options(*command, request.text.documents);
  command->callback([asked, output] { run(*asked, output); });
}

} // namespace nanobrain
