// nanobrain eval and nanobrain-run score: exact loss of a model over a whole
// text.
#include "nanobrain/base/file.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/programs/table_output.h"

namespace nanobrain {

namespace {

struct EvalFlags {
  EvalRequest request;
  std::optional<std::filesystem::path> output;
  bool force = false;
};

void run(
    const EvalFlags& flags,
    const Capabilities& capabilities,
    const Output& output) {
  const EvalRequest& request = flags.request;
  check_output_files(
      request.command,
      {{"--per-document", request.per_document}, {"--output", flags.output}},
      request.inputs,
      flags.force);
  const EvalReport report = run_evaluation(request, capabilities);
  output.text(report.to_text());
  output.result(report.to_json());
  if (flags.output) write_json(*flags.output, report.to_json());
  report.require_no_leak();
}

/// What both programs have.
std::shared_ptr<EvalFlags> add(
    CLI::App& command,
    const Capabilities& capabilities,
    const char* model_help,
    const char* input_help) {
  const auto flags = std::make_shared<EvalFlags>();
  EvalRequest& request = flags->request;
  EvalOptions& options = request.options;
  const Output output(command);
  command.add_option("--model", request.model, model_help)->required();
  command.add_option("--input", request.inputs, input_help)->required();
  command.add_option(
      "--context", options.context, "tokens seen at once; default: the most");
  command.add_option(
      "--stride",
      options.stride,
      "tokens from window to window; default: context (disjoint windows). "
      "Each target has context - stride tokens before it, or more");
  command.add_option(
      "--per-document", request.per_document, "rows to write: *.jsonl or TSV");
  command.add_flag("--force", flags->force, "replace files that exist");
  add_threads(command, request.threads);
  command.callback(
      [flags, output, capabilities] { run(*flags, capabilities, output); });
  return flags;
}

constexpr const char* kHelp =
    "exact loss, perplexity and bits per byte over a whole text";

} // namespace

void add_eval(CLI::App& program, const Capabilities& capabilities) {
  auto* command = program.add_subcommand("eval", kHelp);
  const auto flags =
      add(*command,
          capabilities,
          "model folder, or run folder",
          "texts and folders, or one *.tokens file");
  EvalRequest& request = flags->request;
  add_protocol(
      *command,
      request.protocol,
      "documents: every token is scored; hf: the usual guide for published "
      "figures");
  command->add_option(
      "--baseline-tokens",
      request.baseline_tokens,
      "training tokens to count the n-gram baselines on");
  command->add_option(
      "--baseline-limit",
      request.baseline_limit,
      "count only the first N; default: as many as trained on");
  command->add_option(
      "--output", flags->output, "write the JSON there as well");
  command
      ->add_option(
          "--batch-tokens",
          request.options.batch_tokens,
          "tokens scored at once")
      ->capture_default_str();
  add_precision(*command, request.options.bf16);
  add_document_options(*command, request.documents);
}

void add_score(CLI::App& program, const Capabilities& capabilities) {
  auto* command = program.add_subcommand("score", kHelp);
  const auto flags =
      add(*command,
          capabilities,
          "int8 model folder",
          "text and jsonl files, and folders of them");
  flags->request.command = "score";
  add_plain_document_options(*command, flags->request.documents);
}

} // namespace nanobrain
