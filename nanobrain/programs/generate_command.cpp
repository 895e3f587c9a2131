// generate, of both programs: text from a model, as it is made.
#include <fmt/format.h>

#include "nanobrain/base/file.h"
#include "nanobrain/inference/generation.h"
#include "nanobrain/inference/prompts.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"

namespace nanobrain {

namespace {

struct GenerateFlags {
  GenerationRequest request;
  std::optional<std::filesystem::path> prompt_file, input;
};

Json to_json(const Generated& sample, const std::string& prompt) {
  Json json = sample.to_json();
  json["prompt"] = prompt;
  return json;
}

void run_samples(
    GenerateFlags& flags,
    const Capabilities& capabilities,
    const Output& output) {
  GenerationRequest& request = flags.request;
  if (flags.prompt_file) request.prompt = read_file(*flags.prompt_file);
  const bool many = request.num_samples > 1;
  const auto samples = run_generation(
      request, capabilities, [&](int64_t sample, std::string_view text) {
        if (text.empty() && sample > 0) output.line("");
        if (text.empty() && many) output.line(fmt::format("[{}]", sample + 1));
        output.text(text.empty() ? request.prompt : text);
      });
  output.line("");
  Json result = to_json(samples.front(), request.prompt);
  for (const auto& sample : samples) {
    if (many) result["samples"].push_back(sample.to_json());
  }
  output.result(result);
}

/// "[1]" and so on before each text; under --json a line for each.
void run_prompts(
    const GenerateFlags& flags,
    const Capabilities& capabilities,
    const Output& output) {
  flags.request.options.validate();
  const auto prompts = read_prompts(*flags.input);
  generate_batch(
      flags.request,
      capabilities,
      prompts,
      [&](size_t i, const Generated& sample) {
        output.line(fmt::format("[{}]\n{}{}", i + 1, prompts[i], sample.text));
        output.row(to_json(sample, prompts[i]));
      });
}

} // namespace

void add_generate(CLI::App& program, const Capabilities& capabilities) {
  const bool int8_only = !capabilities.open_f32;
  auto* command = program.add_subcommand("generate", "text from a model");
  const auto flags = std::make_shared<GenerateFlags>();
  GenerationRequest& request = flags->request;
  const Output output(*command);
  command
      ->add_option(
          "--model",
          request.model,
          int8_only ? "int8 model folder" : "model folder, or run folder")
      ->required();
  auto* prompt =
      command->add_option("--prompt", request.prompt, "text to continue");
  auto* file = command
                   ->add_option(
                       "--prompt-file",
                       flags->prompt_file,
                       "file whose text to continue")
                   ->excludes(prompt);
  add_generate_options(*command, request.options);
  if (int8_only) {
    command
        ->add_option(
            "--input",
            flags->input,
            "prompts to continue, one a line, or *.jsonl with {\"prompt\": "
            "\"...\"}; --json then prints a line for each, in order")
        ->excludes(prompt)
        ->excludes(file);
  } else {
    command
        ->add_option(
            "--num-samples", request.num_samples, "their seeds are one apart")
        ->capture_default_str();
  }
  add_threads(*command, request.threads);
  command->callback([flags, output, capabilities] {
    flags->input ? run_prompts(*flags, capabilities, output)
                 : run_samples(*flags, capabilities, output);
  });
}

} // namespace nanobrain
