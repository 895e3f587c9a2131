// The job behind `nanobrain generate`: from a model folder to samples.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/inference/generate.h"

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
    const std::function<void(int64_t sample, std::string_view text)>& on_text);

} // namespace nanobrain
