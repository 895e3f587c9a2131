// The learning rate of each step.
#include "nanobrain/optimizer/schedule.h"

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

/// How much of the way down is left after the share t of the decay.
double left_after(double t, const ScheduleConfig& config) {
  if (config.kind == ScheduleKind::kCosine) {
    return 0.5 * (1 + std::cos(std::numbers::pi * t));
  }
  if (config.kind == ScheduleKind::kLinear) return 1 - t;
  switch (config.decay) {
    case DecayShape::kSqrt:
      return 1 - std::sqrt(t);
    case DecayShape::kSquare:
      return 1 - t * t;
    default:
      return 1 - t;
  }
}

} // namespace

double learning_rate_factor(
    const ScheduleConfig& config, int64_t step, int64_t steps) {
  using enum ScheduleKind;
  const int64_t warmup = config.warmup_steps;
  if (step < warmup) return progress(step, 0, warmup);
  if (config.kind == kConstant) return 1;
  const auto all = static_cast<double>(steps);
  const int64_t begin =
      config.kind == kWsd
          ? std::max<int64_t>(
                warmup, steps - std::llround(config.decay_fraction * all))
          : warmup;
  if (step < begin) return 1;
  const double t = progress(step, begin, steps);
  const double low = config.final_fraction;
  return low + (1 - low) * left_after(t, config);
}

} // namespace nanobrain
