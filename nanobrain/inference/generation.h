// The jobs behind `generate` of both programs: from a model folder to texts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/inference/generate.h"
#include "nanobrain/inference/open_model.h"

namespace nanobrain {

struct GenerationRequest {
  std::filesystem::path model; // model or run folder
  std::string prompt;
  GenerateOptions options;
  int64_t num_samples = 1; // sample i draws with options.seed + i
  int64_t threads = 0;     // 0: all
};

/// Generates the samples one after another; `on_text` gets the sample's index
/// and its text as it is made, an empty one as the sample begins. Stops at
/// SIGINT and SIGTERM (Interrupted).
std::vector<Generated> run_generation(
    const GenerationRequest& request,
    const Capabilities& capabilities,
    const std::function<void(int64_t sample, std::string_view text)>& on_text);

/// Continues many prompts, each of the request's threads prompts of its own;
/// `on_result` gets them in order, one call at a time, each as soon as those
/// before it are done. Every prompt gives the text that it gives alone. Stops
/// at SIGINT and SIGTERM (Interrupted). For models whose predictors may work
/// side by side: int8 ones.
void generate_batch(
    const GenerationRequest& request,
    const Capabilities& capabilities,
    std::span<const std::string> prompts,
    const std::function<void(size_t index, const Generated&)>& on_result);

} // namespace nanobrain
