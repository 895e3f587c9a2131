// The gradients of one step.
#pragma once

#include <functional>

#include "nanobrain/config/run_config.h"
#include "nanobrain/model/gradient_pass.h"
#include "nanobrain/train/inputs.h"

namespace nanobrain {

/// Over the tokens of a step.
struct StepMeans {
  double loss = 0;  // nats per token
  double log_z = 0; // log of the sum of the exponentials of the logits
};

/// Means over the micro-batches of a step, and the gradients of the loss in the
/// model's parameters. Reads back from a device once, at the end. `on_batch`
/// gets each micro-batch, in memory.
StepMeans take_gradients(
    const RunConfig& config,
    const BatchSource& batches,
    GradientPass& gradients,
    int64_t step,
    const std::function<void(const Batch&)>& on_batch = {});

} // namespace nanobrain
