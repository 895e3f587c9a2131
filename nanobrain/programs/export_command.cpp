// nanobrain export: a model in the formats of other programs.
#include "nanobrain/base/message.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/quantize/gguf_export.h"

namespace nanobrain {

namespace {

void run(const ExportRequest& request, const Output& output) {
  const ExportReport report = export_model(request);
  for (const std::string& note : report.notes) {
    print_message("note: {}", note);
  }
  output.line(
      "wrote {}: {} tensors, {}, tokenizer: {}",
      report.output.string(),
      report.tensors,
      format_bytes(static_cast<double>(report.bytes)),
      report.tokenizer);
  output.result(report.to_json());
}

} // namespace

void add_export(CLI::App& program) {
  auto* command = program.add_subcommand(
      "export", "a model in the formats of other programs");
  const auto request = std::make_shared<ExportRequest>();
  const Output output(*command);
  const AddFlag flag(*command);
  add_model(*command, request->model, /*int8_only=*/false);
  flag("--format", request->format, "gguf: llama.cpp and other users of ggml");
  flag("--type", request->type, "f32, or q8_0: 8.5 bits a weight");
  flag("--output", request->output, "file to write")->required();
  add_force(*command, request->force);
  command->callback([request, output] { run(*request, output); });
}

} // namespace nanobrain
