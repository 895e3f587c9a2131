// nanobrain export: a model in the formats of other programs.
#include "nanobrain/base/message.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/quantize/gguf_export.h"

namespace nanobrain {

namespace {

void run(const ExportRequest& request, const Output& output) {
  const ExportReport report = export_model(request);
  for (const std::string& note : report.notes) {
    print_message("note: {}", note);
  }
  output.line(fmt::format(
      "wrote {}: {} tensors, {}, tokenizer: {}",
      report.output.string(),
      report.tensors,
      format_bytes(static_cast<double>(report.bytes)),
      report.tokenizer));
  output.result(report.to_json());
}

} // namespace

void add_export(CLI::App& program) {
  auto* command = program.add_subcommand(
      "export", "a model in the formats of other programs");
  const auto request = std::make_shared<ExportRequest>();
  const Output output(*command);
  const auto flag = [&](const char* name, auto& field, const char* help) {
    return command->add_option(name, field, help)->capture_default_str();
  };
  flag("--model", request->model, "model folder, or run folder")->required();
  flag("--format", request->format, "gguf: llama.cpp and other users of ggml");
  flag("--type", request->type, "f32, or q8_0: 8.5 bits a weight");
  flag("--output", request->output, "file to write")->required();
  command->add_flag("--force", request->force, "replace a file that exists");
  command->callback([request, output] { run(*request, output); });
}

} // namespace nanobrain
