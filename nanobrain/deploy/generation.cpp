#include "nanobrain/deploy/generation.h"

#include <fmt/format.h>

#include "nanobrain/base/file.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/deploy/batch.h"
#include "nanobrain/deploy/prompts.h"
#include "nanobrain/inference/int8_predictor.h"

namespace nanobrain {

namespace {

Json to_json(const Generated& sample, const std::string& prompt) {
  Json json = sample.to_json();
  json["prompt"] = prompt;
  return json;
}

void run_one(const GenerateRequest& request, const Output& output) {
  const std::string prompt =
      request.prompt_file ? read_file(*request.prompt_file) : request.prompt;
  const Int8Folder folder = open_int8_folder(request.model);
  // A prompt that it cannot take is refused before a word is shown.
  folder.tokenizer->encode(prompt);
  output.text(prompt);
  const auto predictor = make_int8_predictor(
      folder.model, std::make_shared<ThreadPool>(request.threads));
  const Generated sample = generate(
      *predictor,
      *folder.tokenizer,
      prompt,
      request.options,
      [&](std::string_view text) {
        output.text(text);
        check_interrupted();
      });
  output.line("");
  output.result(to_json(sample, prompt));
}

void run_batch(const GenerateRequest& request, const Output& output) {
  const auto prompts = read_prompts(*request.input);
  generate_batch(
      open_int8_folder(request.model),
      prompts,
      request.options,
      request.threads,
      [&](size_t i, const Generated& sample) {
        output.line(fmt::format("[{}]\n{}{}", i + 1, prompts[i], sample.text));
        output.row(to_json(sample, prompts[i]));
      });
}

} // namespace

void run_generation(const GenerateRequest& request, const Output& output) {
  request.options.validate();
  if (request.input) {
    run_batch(request, output);
  } else {
    run_one(request, output);
  }
}

} // namespace nanobrain
