// Measured figures that several layers quote.
#pragma once

namespace nanobrain {

/// Standard deviation, in bits per byte, of runs that differ in their seeds
/// alone: the 27 runs of ablations/records/2026-11-23-depth-ffn-standin.
inline constexpr double kAblationSd = 0.0036;

} // namespace nanobrain
