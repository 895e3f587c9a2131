// nanobrain-run generate: text from an int8 model, as it is made.
#include "nanobrain/command_line/generate_flags.h"
#include "nanobrain/deploy/command.h"
#include "nanobrain/deploy/generation.h"

namespace nanobrain {

void add_generate(CLI::App& program) {
  auto* command = program.add_subcommand("generate", "text from a model");
  const auto request = std::make_shared<GenerateRequest>();
  const Output output(*command);
  const auto flag = [&](const char* name, auto& field, const char* help) {
    return command->add_option(name, field, help)->capture_default_str();
  };
  flag("--model", request->model, "int8 model folder")->required();
  auto* prompt = flag("--prompt", request->prompt, "text to continue");
  auto* file =
      flag("--prompt-file", request->prompt_file, "file whose text to continue")
          ->excludes(prompt);
  flag(
      "--input",
      request->input,
      "prompts to continue, one a line, or *.jsonl with {\"prompt\": \"...\"}; "
      "--json then prints a line for each, in order")
      ->excludes(prompt)
      ->excludes(file);
  add_generate_options(*command, request->options);
  flag("--threads", request->threads, "CPU threads; 0: all");
  command->callback([request, output] { run_generation(*request, output); });
}

} // namespace nanobrain
