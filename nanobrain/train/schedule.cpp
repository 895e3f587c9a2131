// The learning rate of each step.
#include "nanobrain/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nanobrain {

namespace {

/// How far step `step` is through the steps after `begin`: 1 at the last one.
double progress(int64_t step, int64_t begin, int64_t steps) {
  return static_cast<double>(step + 1 - begin) /
         static_cast<double>(std::max<int64_t>(1, steps - begin));
}

} // namespace

double learning_rate_factor(
    const ScheduleConfig& config, int64_t step, int64_t steps) {
  const double low = config.final_fraction;
  if (step < config.warmup_steps) return progress(step, 0, config.warmup_steps);
  if (config.kind == ScheduleKind::kCosine) {
    const double t = progress(step, config.warmup_steps, steps);
    return low + (1 - low) * 0.5 * (1 + std::cos(std::numbers::pi * t));
  }
  if (config.kind == ScheduleKind::kWsd) {
    const int64_t decay_begin = std::max<int64_t>(
        config.warmup_steps,
        steps -
            std::llround(config.decay_fraction * static_cast<double>(steps)));
    if (step < decay_begin) return 1;
    return 1 - (1 - low) * progress(step, decay_begin, steps);
  }
  return 1;
}

} // namespace nanobrain
