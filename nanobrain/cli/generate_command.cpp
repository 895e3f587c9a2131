// nanobrain generate: text from a model, as it is made.
#include <fmt/format.h>

#include "nanobrain/base/file.h"
#include "nanobrain/cli/command.h"
#include "nanobrain/command_line/generate_flags.h"
#include "nanobrain/eval/generation.h"

namespace nanobrain {

namespace {

struct GenerateFlags {
  GenerationRequest request;
  std::optional<std::filesystem::path> prompt_file;
};

void run(GenerateFlags& flags, const Output& output) {
  GenerationRequest& request = flags.request;
  if (flags.prompt_file) request.prompt = read_file(*flags.prompt_file);
  const bool many = request.num_samples > 1;
  const auto samples =
      run_generation(request, [&](int64_t sample, std::string_view text) {
        if (text.empty() && sample > 0) output.line("");
        if (text.empty() && many) output.line(fmt::format("[{}]", sample + 1));
        output.text(text.empty() ? request.prompt : text);
      });
  output.line("");
  Json result = samples.front().to_json();
  result["prompt"] = request.prompt;
  for (const auto& sample : samples) {
    if (many) result["samples"].push_back(sample.to_json());
  }
  output.result(result);
}

} // namespace

void add_generate(CLI::App& program) {
  auto* command = program.add_subcommand("generate", "text from a model");
  const auto flags = std::make_shared<GenerateFlags>();
  GenerationRequest& request = flags->request;
  const Output output(*command);
  const auto flag = [&](const char* name, auto& field, const char* help) {
    return command->add_option(name, field, help)->capture_default_str();
  };
  flag("--model", request.model, "model folder, or run folder")->required();
  auto* prompt = flag("--prompt", request.prompt, "text to continue");
  flag("--prompt-file", flags->prompt_file, "file whose text to continue")
      ->excludes(prompt);
  add_generate_options(*command, request.options);
  flag("--num-samples", request.num_samples, "their seeds are one apart");
  flag("--threads", request.threads, "CPU threads; 0: all");
  command->callback([flags, output] { run(*flags, output); });
}

} // namespace nanobrain
