// nanobrain quantize: an int8 model of an f32 one, and what it costs.
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/programs/table_output.h"
#include "nanobrain/quantize/quantize.h"

namespace nanobrain {

namespace {

void run(const QuantizeRequest& request, const TableOutput& output) {
  output.check(
      {{"--model", {request.model}},
       {"--output", {request.output}},
       {"--text", request.text.inputs}});
  const QuantizeReport report = quantize_model(request);
  output.write(report.tables(), report.to_json());
}

} // namespace

void add_quantize(CLI::App& program) {
  auto* command = program.add_subcommand(
      "quantize", "an int8 model of an f32 one, and what it costs");
  const auto asked = std::make_shared<QuantizeRequest>();
  QuantizeRequest& request = *asked;
  const TableOutput output(*command, /*own_output=*/true);
  const AddFlag flag(*command);
  flag("--model", request.model, "f32 model folder, or run folder")->required();
  flag("--output", request.output, "int8 model folder to write")->required();
  flag(
      "--text",
      request.text.inputs,
      "texts and folders to compare on, or one *.tokens file");
  add_protocol(
      *command,
      request.text.protocol,
      "protocol of the comparison. documents: every token is scored; hf: the "
      "usual guide for published figures");
  flag(
      "--context",
      request.context,
      "tokens seen at once; default: as many as trained at");
  flag(
      "--method",
      request.method,
      "static-weights: what is written; dynamic: LibTorch's own dynamic int8 "
      "beside it in the comparison");
  add_threads(*command, request.threads);
  add_document_options(*command, request.text.documents);
  command->callback([asked, output] { run(*asked, output); });
}

} // namespace nanobrain
