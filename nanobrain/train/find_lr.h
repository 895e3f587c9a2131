// A range test of the learning rate (Smith 2017, arXiv:1506.01186): training
// from the start at rates that grow step by step.
#pragma once

#include "nanobrain/base/json.h"
#include "nanobrain/base/table.h"
#include "nanobrain/config/run_config.h"

namespace nanobrain {

struct FindLrOptions {
  int64_t steps = 100;
  double from = 1e-2; // times every group's lr
  double to = 1e2;
};

/// Trains until the loss is not finite or 2 nats over its least, and changes
/// nothing on the disk. Keys: curve, a list of {step, factor, lr, loss,
/// smoothed}; least_factor and least_lr, where the smoothed loss was least;
/// steepest_factor and steepest_lr, where it fell fastest.
/// UsageError or Error as a run's start; UsageError for under 10 steps or
/// factors that do not grow.
Json find_lr(const RunConfig& config, const FindLrOptions& options);

Table find_lr_table(const Json& report);

} // namespace nanobrain
