#include "nanobrain/inference/generation.h"

#include <map>
#include <mutex>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/inference/open_model.h"

namespace nanobrain {

namespace {

/// Hands out results in the order of their indices, whatever the order in which
/// they come.
class InOrder {
 public:
  using OnResult = std::function<void(size_t index, const Generated&)>;
  explicit InOrder(const OnResult& on_result) : on_result_(on_result) {}

  void add(size_t index, Generated result) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(index, std::move(result));
    for (auto it = waiting_.begin(); it != waiting_.end() && it->first == next_;
         it = waiting_.erase(it)) {
      on_result_(next_++, it->second);
    }
  }

 private:
  const OnResult& on_result_;
  std::mutex mutex_;
  size_t next_ = 0;
  std::map<size_t, Generated> waiting_;
};

} // namespace

std::vector<Generated> run_generation(
    const GenerationRequest& request,
    const Capabilities& capabilities,
    const std::function<void(int64_t sample, std::string_view text)>& on_text) {
  request.options.validate();
  require<UsageError>(
      request.num_samples >= 1,
      "generate",
      "num_samples is {}; it must be 1 or more",
      request.num_samples);
  const int64_t threads = resolve_threads(request.threads);
  const auto [model, tokenizer] = open_model(request.model, capabilities);
  // A prompt that it cannot take is refused before a word is shown.
  tokenizer->encode(request.prompt);
  std::vector<Generated> samples;
  for (int64_t i = 0; i < request.num_samples; ++i) {
    GenerateOptions options = request.options;
    options.seed += static_cast<uint64_t>(i);
    on_text(i, {});
    samples.push_back(generate(
        *model->make_predictor(threads),
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

void generate_batch(
    const GenerationRequest& request,
    const Capabilities& capabilities,
    std::span<const std::string> prompts,
    const std::function<void(size_t index, const Generated&)>& on_result) {
  request.options.validate();
  const auto opened = open_model(request.model, capabilities);
  InOrder results(on_result);
  parallel_for(std::ssize(prompts), request.threads, [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    check_interrupted();
    results.add(
        index,
        generate(
            *opened.model->make_predictor(1), // runs on its caller
            *opened.tokenizer,
            prompts[index],
            request.options,
            [](std::string_view) { check_interrupted(); }));
  });
}

} // namespace nanobrain
