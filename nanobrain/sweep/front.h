// The cells that no other beats in both cost and loss.
#pragma once

#include <string_view>
#include <vector>

#include "nanobrain/sweep/grid_model.h"

namespace nanobrain {

enum class OnFront {
  kOff,       // another has at most its cost and surely a lower loss
  kOffNoise,  // another has at most its cost and a loss as low, not surely so
  kNoise,     // on it by the mean losses, not surely
  kOn,        // no cell that costs as much or less has surely as low a loss
  kIncomplete // a run of it failed: it takes no part
};
/// "off", "off_noise", "noise", "on" or "incomplete".
std::string_view name(OnFront on);
/// On it by the mean losses.
bool is_on(OnFront on);

/// A cell of a model, and its cost (lower is better).
struct FrontPoint {
  size_t cell = 0;
  double cost = 0;
  bool repeated = true; // it has two runs or more; one alone is never kOn
};

/// Sure is what has an adjusted p under 5 %, by Holm over all comparisons of a
/// point with one that is no dearer. Equal points are both on the front.
std::vector<OnFront> pareto_front(
    const GridModel& losses, const std::vector<FrontPoint>& points);

} // namespace nanobrain
