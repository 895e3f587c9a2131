// nanobrain quantize: an int8 model of an f32 one, and what it costs.
#include "nanobrain/cli/command.h"
#include "nanobrain/cli/document_flags.h"
#include "nanobrain/command_line/table_output.h"
#include "nanobrain/quantize/quantize.h"

namespace nanobrain {

namespace {

struct QuantizeFlags {
  QuantizeRequest request;
  std::string protocol = "documents";
};

void run(QuantizeFlags& flags, const TableOutput& output) {
  if (flags.protocol == "hf") {
    flags.request.text.protocol = Protocol::kHuggingFace;
  }
  output.check(flags.request.text.inputs);
  const QuantizeReport report = quantize_model(flags.request);
  output.write(report.tables(), report.to_json());
}

} // namespace

void add_quantize(CLI::App& program) {
  auto* command = program.add_subcommand(
      "quantize", "an int8 model of an f32 one, and what it costs");
  const auto flags = std::make_shared<QuantizeFlags>();
  QuantizeRequest& request = flags->request;
  const TableOutput output(*command, TableOutput::OutputFlag::kTaken);
  const auto flag = [&](const char* name, auto& field, const char* help) {
    return command->add_option(name, field, help)->capture_default_str();
  };
  flag("--model", request.model, "f32 model folder, or run folder")->required();
  flag("--output", request.output, "int8 model folder to write")->required();
  flag(
      "--text",
      request.text.inputs,
      "texts and folders to compare on, or one *.tokens file");
  flag(
      "--protocol",
      flags->protocol,
      "of the comparison. documents: every token is scored; hf: the usual "
      "guide for published figures")
      ->check(CLI::IsMember({"documents", "hf"}));
  flag("--context", request.context, "tokens seen at once; default: the most");
  flag(
      "--method",
      request.method,
      "static-weights: what is written; dynamic: LibTorch's own dynamic int8 "
      "beside it in the comparison");
  flag("--threads", request.threads, "CPU threads; 0: all");
  add_document_options(*command, request.text.documents);
  command->callback([flags, output] { run(*flags, output); });
}

} // namespace nanobrain
