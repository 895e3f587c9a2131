// nanobrain-run score: exact loss of an int8 model over a whole text.
#include "nanobrain/command_line/document_flags.h"
#include "nanobrain/command_line/table_output.h"
#include "nanobrain/deploy/command.h"
#include "nanobrain/deploy/scoring.h"

namespace nanobrain {

namespace {

struct ScoreFlags {
  ScoreRequest request;
  bool force = false;
};

void run(const ScoreFlags& flags, const Output& output) {
  const ScoreRequest& request = flags.request;
  check_output_files(
      "score",
      {{"--per-document", request.per_document}},
      request.inputs,
      flags.force);
  const EvalReport report = score_text(request);
  output.text(report.to_text());
  output.result(report.to_json());
}

} // namespace

void add_score(CLI::App& program) {
  auto* command = program.add_subcommand(
      "score", "exact loss, perplexity and bits per byte over a whole text");
  const auto flags = std::make_shared<ScoreFlags>();
  ScoreRequest& request = flags->request;
  const Output output(*command);
  const auto flag = [&](const char* name, auto& field, const char* help) {
    return command->add_option(name, field, help)->capture_default_str();
  };
  flag("--model", request.model, "int8 model folder")->required();
  flag("--input", request.inputs, "text and jsonl files, and folders of them")
      ->required();
  flag("--context", request.context, "tokens seen at once; default: the most");
  flag(
      "--stride",
      request.stride,
      "tokens from window to window; default: context (disjoint windows)");
  flag("--per-document", request.per_document, "rows to write: *.jsonl or TSV");
  command->add_flag("--force", flags->force, "replace files that exist");
  flag("--threads", request.threads, "CPU threads; 0: all");
  add_plain_document_options(*command, request.documents);
  command->callback([flags, output] { run(*flags, output); });
}

} // namespace nanobrain
