// nanobrain eval and nanobrain-run score: the exact loss over a whole text.
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/programs/table_output.h"

namespace nanobrain {

namespace {

void run(
    const EvalRequest& request,
    const Capabilities& capabilities,
    const TableOutput& output) {
  output.check(
      {{"--model", {request.model}}, {"--input", request.text.inputs}},
      {{"--per-document", {request.per_document.value_or("")}}});
  const EvalReport report = run_evaluation(request, capabilities);
  output.write(report.tables(), report.to_json());
  report.require_no_leak();
}

/// Of nanobrain alone.
void add_eval_flags(CLI::App& command, EvalRequest& request) {
  const AddFlag flag(command);
  add_protocol(
      command,
      request.text.protocol,
      "documents: every token is scored; hf: as published figures are made");
  flag(
      "--baseline-tokens",
      request.baseline_tokens,
      "training tokens to count the n-gram baselines on");
  flag(
      "--baseline-limit",
      request.baseline_limit,
      "only the first N; default: what the model was trained on");
  flag("--by", request.by, "split it by position,frequency,source: any of them")
      ->delimiter(',');
  flag("--batch-tokens", request.options.batch_tokens, "tokens scored at once");
  add_precision(command, request.options.bf16);
}

} // namespace

void add_eval(CLI::App& program, const Capabilities& capabilities) {
  const bool int8_only = !capabilities.open_f32;
  const auto asked = std::make_shared<EvalRequest>();
  EvalRequest& request = *asked;
  if (int8_only) request.command = "score";
  auto* command = program.add_subcommand(
      request.command,
      "exact loss, perplexity and bits per byte over a whole text");
  const TableOutput output(*command);
  const AddFlag flag(*command);
  add_model(*command, request.model, int8_only);
  flag(
      "--input",
      request.text.inputs,
      int8_only ? "text and jsonl files, and folders of them"
                : "texts and folders, or one *.tokens file")
      ->required();
  flag(
      "--context",
      request.options.context,
      "tokens seen at once; default: as many as trained at");
  flag(
      "--stride",
      request.options.stride,
      "tokens from window to window; default: context (disjoint windows). "
      "Each target has context - stride tokens before it, or more");
  flag("--per-document", request.per_document, "rows to write: *.jsonl or TSV");
  add_threads(*command, request.threads);
  if (!int8_only) add_eval_flags(*command, request);
  add_document_options(*command, request.text.documents, int8_only);
  command->callback(
      [asked, output, capabilities] { run(*asked, capabilities, output); });
}

} // namespace nanobrain
