// The Pareto front as an image for a paper.
#pragma once

#include <string>

#include "nanobrain/sweep/summary.h"

namespace nanobrain {

/// Bits per byte, with 95 % intervals, against the bytes of the model's file on
/// a logarithmic axis, f32 and int8 beside each other: a scalable image (SVG
/// 1.1) of 720 x 440 points. Filled points are on the front, half-filled ones
/// within noise. Error where no run is done.
std::string front_svg(const SweepSummary& sweep);

} // namespace nanobrain
