// nanobrain eval: exact loss of a model over a whole text.
#include "nanobrain/cli/command.h"
#include "nanobrain/cli/document_flags.h"
#include "nanobrain/command_line/table_output.h"
#include "nanobrain/eval/evaluation.h"

namespace nanobrain {

namespace {

struct EvalFlags {
  EvalRequest request;
  std::string protocol = "documents";
  std::string precision = "f32";
  std::optional<std::filesystem::path> output;
  bool force = false;
};

void run(EvalFlags& flags, const Output& output) {
  EvalRequest& request = flags.request;
  if (flags.protocol == "hf") request.protocol = Protocol::kHuggingFace;
  request.options.bf16 = flags.precision == "bf16";
  check_output_files(
      "eval",
      {{"--per-document", request.per_document}, {"--output", flags.output}},
      request.inputs,
      flags.force);
  const EvalReport report = run_evaluation(request);
  output.text(report.to_text());
  output.result(report.to_json());
  if (flags.output) write_json(*flags.output, report.to_json());
  report.require_no_leak();
}

} // namespace

void add_eval(CLI::App& program) {
  auto* command = program.add_subcommand(
      "eval", "exact loss, perplexity and bits per byte over a whole text");
  const auto flags = std::make_shared<EvalFlags>();
  EvalRequest& request = flags->request;
  EvalOptions& options = request.options;
  const Output output(*command);
  const auto flag = [&](const char* name, auto& field, const char* help) {
    return command->add_option(name, field, help)->capture_default_str();
  };
  flag("--model", request.model, "model folder, or run folder")->required();
  flag("--input", request.inputs, "texts and folders, or one *.tokens file")
      ->required();
  flag("--context", options.context, "tokens seen at once; default: the most");
  flag(
      "--stride",
      options.stride,
      "tokens from window to window; default: context (disjoint windows). "
      "Each target has context - stride tokens before it, or more");
  flag(
      "--protocol",
      flags->protocol,
      "documents: every token is scored; hf: the usual guide for published "
      "figures")
      ->check(CLI::IsMember({"documents", "hf"}));
  flag(
      "--baseline-tokens",
      request.baseline_tokens,
      "training tokens to count the n-gram baselines on");
  flag(
      "--baseline-limit",
      request.baseline_limit,
      "count only the first N; default: as many as trained on");
  flag("--per-document", request.per_document, "rows to write: *.jsonl or TSV");
  flag("--output", flags->output, "write the JSON there as well");
  command->add_flag("--force", flags->force, "replace files that exist");
  flag("--batch-tokens", options.batch_tokens, "tokens scored at once");
  flag("--threads", request.threads, "CPU threads; 0: all");
  flag("--precision", flags->precision, "of the matrix products")
      ->check(CLI::IsMember({"f32", "bf16"}));
  add_document_options(*command, request.documents);
  command->callback([flags, output] { run(*flags, output); });
}

} // namespace nanobrain
