// How soon a run's validation curve is at a target.
#pragma once

#include <optional>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// The step at which val_bits_per_byte of a run's metrics (read_metrics()) is
/// first at most `target`. Between two evaluations the curve is taken for a
/// line: a falling curve is convex for most of a run, so that the line is above
/// it and the step no earlier than the true one. At the first evaluation it is
/// that evaluation's step. None where the curve does not come there, or ends
/// above the target: what was not kept was not reached.
std::optional<double> steps_to_target(
    const std::vector<Json>& metrics, double target);

} // namespace nanobrain
