// The cells that no other beats in both cost and loss.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "nanobrain/sweep/grid_model.h"

namespace nanobrain {

enum class OnFront {
  kOff,      // another surely has at most its cost and a lower loss
  kOffNoise, // another has at most its cost and a loss as low, not surely so
  kNoise,    // on it by the means, not surely
  kOn,       // each cell that may cost as much or less has surely a higher loss
  kIncomplete // a run of it failed: it takes no part
};
/// "off", "off_noise", "noise", "on" or "incomplete".
std::string_view name(OnFront on);
/// On it by the means.
bool is_on(OnFront on);

/// A cell of a model, and its cost (lower is better).
struct FrontPoint {
  size_t cell = 0;
  double cost = 0;      // the mean over runs
  bool repeated = true; // it has two runs or more; one alone is never kOn
};

/// Sure is what has an adjusted p under 5 %, by Holm over the losses of all
/// pairs of points and, where the costs are estimates, over their costs, too:
/// `costs` has them, the point's place as its cell. Equal points are both on
/// the front.
std::vector<OnFront> pareto_front(
    const GridModel& losses,
    const std::vector<FrontPoint>& points,
    const std::optional<GridModel>& costs = std::nullopt);

} // namespace nanobrain
