// generate, of both programs: text from a model, as it is made.
#include "nanobrain/base/file.h"
#include "nanobrain/inference/generate.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"

namespace nanobrain {

namespace {

struct GenerateFlags {
  GenerationRequest request;
  std::optional<std::filesystem::path> prompt_file, input;
};

void run_samples(
    GenerateFlags& flags, const Capabilities& capabilities, const Output& out) {
  GenerationRequest& request = flags.request;
  if (flags.prompt_file) request.prompt = read_file(*flags.prompt_file);
  const bool many = request.num_samples > 1;
  const auto samples = run_generation(
      request, capabilities, [&](int64_t sample, std::string_view text) {
        if (text.empty() && sample > 0) out.line("");
        if (text.empty() && many) out.line("[{}]", sample + 1);
        out.text(text.empty() ? request.prompt : text);
      });
  out.line("");
  Json result = samples.front().to_json();
  result["prompt"] = request.prompt;
  for (size_t i = 0; many && i < samples.size(); ++i) {
    result["samples"].push_back(samples[i].to_json());
  }
  out.result(result);
}

/// "[1]" and so on before each text; under --json a line for each.
void run_prompts(
    GenerateFlags& flags, const Capabilities& capabilities, const Output& out) {
  const auto prompts = read_prompts(*flags.input);
  const auto print = [&](size_t i, const Generated& sample) {
    out.line("[{}]\n{}{}", i + 1, prompts[i], sample.text);
    Json row = sample.to_json();
    row["prompt"] = prompts[i];
    out.row(row);
  };
  generate_batch(flags.request, capabilities, prompts, print);
}

} // namespace

void add_generate(CLI::App& program, const Capabilities& capabilities) {
  const bool int8_only = !capabilities.open_f32;
  auto* command = program.add_subcommand("generate", "text from a model");
  const auto flags = std::make_shared<GenerateFlags>();
  GenerationRequest& request = flags->request;
  const Output output(*command);
  const AddFlag flag(*command);
  add_model(*command, request.model, int8_only);
  flag("--prompt", request.prompt, "text to continue");
  flag("--prompt-file", flags->prompt_file, "file with text to continue")
      ->excludes("--prompt");
  add_generate_options(*command, request.options);
  if (int8_only) {
    flag(
        "--input",
        flags->input,
        "prompts to continue, one a line, or *.jsonl with {\"prompt\": "
        "\"...\"}; --json then prints a line for each, in order")
        ->excludes("--prompt", "--prompt-file");
  } else {
    flag("--num-samples", request.num_samples, "texts; each has the next seed");
  }
  add_threads(*command, request.threads);
  command->callback([flags, output, capabilities] {
    (flags->input ? run_prompts : run_samples)(*flags, capabilities, output);
  });
}

} // namespace nanobrain
