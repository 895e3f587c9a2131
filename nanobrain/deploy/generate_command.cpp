// nanobrain-run generate: text from an int8 model, as it is made.
#include <fmt/format.h>

#include "nanobrain/base/file.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/command_line/generate_flags.h"
#include "nanobrain/deploy/batch.h"
#include "nanobrain/deploy/command.h"
#include "nanobrain/deploy/prompts.h"
#include "nanobrain/inference/int8_predictor.h"

namespace nanobrain {

namespace {

struct GenerateFlags {
  std::filesystem::path model;
  std::string prompt;
  std::optional<std::filesystem::path> prompt_file;
  std::optional<std::filesystem::path> input;
  GenerateOptions options;
  int64_t threads = 0;
};

Json to_json(const Generated& sample, const std::string& prompt) {
  Json json = sample.to_json();
  json["prompt"] = prompt;
  return json;
}

void run_one(const GenerateFlags& flags, const Output& output) {
  const Int8Folder folder = open_int8_folder(flags.model);
  // A prompt that it cannot take is refused before a word is shown.
  folder.tokenizer->encode(flags.prompt);
  output.text(flags.prompt);
  const auto predictor = make_int8_predictor(
      folder.model, std::make_shared<ThreadPool>(flags.threads));
  const Generated sample = generate(
      *predictor,
      *folder.tokenizer,
      flags.prompt,
      flags.options,
      [&](std::string_view text) {
        output.text(text);
        check_interrupted();
      });
  output.line("");
  output.result(to_json(sample, flags.prompt));
}

void run_batch(const GenerateFlags& flags, const Output& output) {
  const auto prompts = read_prompts(*flags.input);
  generate_batch(
      open_int8_folder(flags.model),
      prompts,
      flags.options,
      flags.threads,
      [&](size_t i, const Generated& sample) {
        output.line(fmt::format("[{}]\n{}{}", i + 1, prompts[i], sample.text));
        output.row(to_json(sample, prompts[i]));
      });
}

void run(GenerateFlags& flags, const Output& output) {
  flags.options.validate();
  if (flags.input) return run_batch(flags, output);
  if (flags.prompt_file) flags.prompt = read_file(*flags.prompt_file);
  run_one(flags, output);
}

} // namespace

void add_generate(CLI::App& program) {
  auto* command = program.add_subcommand("generate", "text from a model");
  const auto flags = std::make_shared<GenerateFlags>();
  const Output output(*command);
  const auto flag = [&](const char* name, auto& field, const char* help) {
    return command->add_option(name, field, help)->capture_default_str();
  };
  flag("--model", flags->model, "int8 model folder")->required();
  auto* prompt = flag("--prompt", flags->prompt, "text to continue");
  auto* file =
      flag("--prompt-file", flags->prompt_file, "file whose text to continue")
          ->excludes(prompt);
  flag(
      "--input",
      flags->input,
      "prompts to continue, one a line, or *.jsonl with {\"prompt\": \"...\"}; "
      "--json then prints a line for each, in order")
      ->excludes(prompt)
      ->excludes(file);
  add_generate_options(*command, flags->options);
  flag("--threads", flags->threads, "CPU threads; 0: all");
  command->callback([flags, output] { run(*flags, output); });
}

} // namespace nanobrain
