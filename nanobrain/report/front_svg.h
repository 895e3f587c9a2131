// The Pareto front as an image for a paper.
#pragma once

#include <string>

#include "nanobrain/sweep/summary.h"

namespace nanobrain {

/// Bits per byte, with 95 % intervals, against one of axes(); f32 and int8
/// beside each other: 720 x 440 points. Filled marks are on the front, pale
/// ones within noise, hollow ones off it, faint hollow ones
/// off it within noise or incomplete. Dashed red lines are counted n-grams; a
/// red line of words says how many cells lose to one. Error if no run is done.
std::string front_svg(const SweepSummary& sweep, const std::string& axis);

} // namespace nanobrain
