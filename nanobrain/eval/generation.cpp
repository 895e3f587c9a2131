#include "nanobrain/eval/generation.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/eval/model_folder.h"
#include "nanobrain/kernels/backend.h"

namespace nanobrain {

std::vector<Generated> run_generation(
    const GenerationRequest& request,
    const std::function<void(int64_t sample, std::string_view text)>& on_text) {
  request.options.validate();
  require<UsageError>(
      request.num_samples >= 1,
      "generate",
      "num_samples is {}; it must be 1 or more",
      request.num_samples);
  const int64_t threads = set_threads(request.threads);
  const auto [model, tokenizer] =
      open_model_folder(request.model, {.threads = threads});
  // A prompt that it cannot take is refused before a word is shown.
  tokenizer->encode(request.prompt);
  std::vector<Generated> samples;
  for (int64_t i = 0; i < request.num_samples; ++i) {
    GenerateOptions options = request.options;
    options.seed += static_cast<uint64_t>(i);
    on_text(i, {});
    samples.push_back(generate(
        *model->make_predictor(),
        *tokenizer,
        request.prompt,
        options,
        [&](std::string_view text) {
          on_text(i, text);
          check_interrupted();
        }));
  }
  return samples;
}

} // namespace nanobrain
