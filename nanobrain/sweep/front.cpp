#include "nanobrain/sweep/front.h"

#include <map>
#include <utility>

#include "nanobrain/sweep/multiple_comparisons.h"

namespace nanobrain {

std::string_view name(OnFront on) {
  constexpr std::string_view kNames[] = {
      "off", "off_noise", "noise", "on", "incomplete"};
  return kNames[static_cast<size_t>(on)];
}

bool is_on(OnFront on) {
  return on == OnFront::kNoise || on == OnFront::kOn;
}

namespace {

/// By point and rival; a pair of equal cost is one test.
using Differences = std::map<std::pair<size_t, size_t>, Comparison>;

Differences compare_with_rivals(
    const GridModel& losses, const std::vector<FrontPoint>& points) {
  std::vector<std::pair<size_t, size_t>> pairs;
  std::vector<Contrast> family;
  for (size_t i = 0; i < points.size(); ++i) {
    for (size_t k = 0; k < points.size(); ++k) {
      const bool earlier = points[k].cost == points[i].cost && k < i;
      if (k == i || points[k].cost > points[i].cost || earlier) continue;
      pairs.emplace_back(i, k);
      family.push_back(losses.difference(points[i].cell, points[k].cell));
    }
  }
  const auto compared = compare(family);
  Differences all;
  for (size_t n = 0; n < pairs.size(); ++n) {
    const auto [i, k] = pairs[n];
    all[{i, k}] = compared[n];
    if (points[i].cost == points[k].cost) all[{k, i}] = reversed(compared[n]);
  }
  return all;
}

} // namespace

std::vector<OnFront> pareto_front(
    const GridModel& losses, const std::vector<FrontPoint>& points) {
  std::vector<OnFront> front;
  for (const FrontPoint& point : points) {
    front.push_back(point.repeated ? OnFront::kOn : OnFront::kNoise);
  }
  for (const auto& [pair, rival] : compare_with_rivals(losses, points)) {
    OnFront& on = front[pair.first];
    const bool cheaper = points[pair.second].cost < points[pair.first].cost;
    if (rival.value < 0 || (cheaper && rival.value == 0)) {
      const bool sure = rival.value < 0 && rival.is_sure();
      if (sure) on = OnFront::kOff;
      if (!sure && on != OnFront::kOff) on = OnFront::kOffNoise;
    } else if (on == OnFront::kOn && !rival.is_sure() && rival.value != 0) {
      on = OnFront::kNoise;
    }
  }
  return front;
}

} // namespace nanobrain
