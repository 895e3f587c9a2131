// The speed of inference: forwards of so many tokens, and greedy generation
// token by token. Loading and tokenizing are not timed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "nanobrain/timing/inference_report.h"
#include "nanobrain/timing/repetition.h"
#include "nanobrain/timing/timed_engine.h"

namespace nanobrain {

using OpenEngine = std::function<std::unique_ptr<TimedEngine>(
    const std::filesystem::path& model, int64_t threads)>;

/// Every model is timed with every number of threads, length and cache.
struct InferenceBench {
  InferenceWork work = InferenceWork::kForward;
  std::vector<std::filesystem::path> models;
  std::vector<int64_t> threads = {0};        // 0: all
  std::vector<int64_t> tokens = {64};        // of a forward, or generated
  std::vector<int64_t> prompt_tokens = {16}; // of generation
  std::vector<CacheState> caches = {CacheState::kWarm};
  RepetitionOptions repetition;
};

/// UsageError where a length is under 1 or does not fit a model's context, and
/// where there are more threads than may be.
InferenceReport run_inference_bench(
    const InferenceBench& bench, const OpenEngine& open);

} // namespace nanobrain
