// The cells that no other beats in both cost and loss.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace nanobrain {

struct ParetoPoint {
  double cost = 0;                  // lower is better
  std::map<int64_t, double> losses; // by seed, one at least
};

enum class OnFront {
  kOff,   // another has at most its cost and loss, one of them less
  kNoise, // on it, but the 95 % interval of the difference in loss, over common
          // seeds, to one that would take its place (as cheap or cheaper)
          // includes 0
  kOn,
};
/// "off", "noise" or "on".
std::string_view name(OnFront on);

/// By the mean losses. With fewer than two common seeds there is no interval,
/// and nothing is kNoise. Equal points are both on the front.
std::vector<OnFront> pareto_front(const std::vector<ParetoPoint>& points);

} // namespace nanobrain
