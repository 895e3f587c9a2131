// The job behind `bench forward` and `bench generate`, whose flags are those of
// programs/timing_commands.h in both programs. Loading and tokenizing are
// off the clock; the tokens are random, from a fixed seed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nanobrain/inference/clock.h"
#include "nanobrain/inference/language_model.h"
#include "nanobrain/inference/timing_report.h"

namespace nanobrain {

/// A model as the user names it.
struct TimedModel {
  std::string name;
  std::shared_ptr<LanguageModel> model;
};
using TimedModels = std::vector<TimedModel>;

/// Every model is timed with every number of threads and every length.
struct TimingRequest {
  TimedWork work = TimedWork::kForward;
  std::vector<int64_t> tokens = {64};        // of a forward, or generated
  std::vector<int64_t> prompt_tokens = {16}; // ahead of generated ones
  std::vector<int64_t> threads = {0};        // 0: one a processor
  bool cold = false; // each also with emptied caches, in a row of its own
  ClockOptions clock = {};
};

/// UsageError where nothing is to be timed, a length is under 1 or past a
/// model's context, a number of threads is out of range or named twice; then
/// no model has been run.
TimingReport run_timing(
    const TimedModels& models, const TimingRequest& request);

} // namespace nanobrain
