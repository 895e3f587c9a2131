// The jobs behind `bench forward` and `bench generate` (whose flags are those
// of command_line/timing_commands.h in both programs): every model on every
// number of threads. Loading and tokenizing are off the clock; the tokens are
// random, from a fixed seed.
#pragma once

#include <cstdint>
#include <vector>

#include "nanobrain/timing/clock.h"
#include "nanobrain/timing/engine.h"
#include "nanobrain/timing/report.h"

namespace nanobrain {

struct ForwardTiming {
  int64_t tokens = 64;
  bool last_logits = false; // of the last token alone, as a prompt needs
  bool cold = false;        // also with emptied caches, a row each
  std::vector<int64_t> threads = {0}; // 0: one a processor
  ClockOptions clock;
};

struct GenerationTiming {
  int64_t prompt_tokens = 16; // read off the clock
  int64_t tokens = 128;
  std::vector<int64_t> threads = {0};
  ClockOptions clock = {.warm_up = 2, .repetitions = 10};
};

/// Models in order, and for each the threads in order. UsageError where there
/// is no token, more than a model's context, or a number of threads is out of
/// range or named twice; then nothing has been timed.
TimingReport time_forward(
    const TimedModels& models, const ForwardTiming& options);
TimingReport time_generation(
    const TimedModels& models, const GenerationTiming& options);

} // namespace nanobrain
