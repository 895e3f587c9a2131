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

/// Of a point, with another that may beat it: the other one's less its own.
struct Rivalry {
  Comparison loss;
  double cost = 0;
  bool cost_is_sure = true; // its sign
};

/// By point and rival.
using Rivalries = std::map<std::pair<size_t, size_t>, Rivalry>;

Rivalries compare_all(
    const GridModel& losses,
    const std::vector<FrontPoint>& points,
    const std::optional<GridModel>& costs) {
  std::vector<std::pair<size_t, size_t>> pairs;
  std::vector<Contrast> family;
  for (size_t i = 0; i < points.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      pairs.emplace_back(i, k);
      family.push_back(losses.difference(points[i].cell, points[k].cell));
    }
  }
  if (costs) {
    for (const auto& [i, k] : pairs) family.push_back(costs->difference(i, k));
  }
  const auto compared = compare(family);
  Rivalries all;
  for (size_t n = 0; n < pairs.size(); ++n) {
    const auto [i, k] = pairs[n];
    const double cost = points[k].cost - points[i].cost;
    const bool sure = !costs || compared[pairs.size() + n].is_sure();
    all[{i, k}] = {compared[n], cost, sure};
    all[{k, i}] = {reversed(compared[n]), -cost, sure};
  }
  return all;
}

} // namespace

std::vector<OnFront> pareto_front(
    const GridModel& losses,
    const std::vector<FrontPoint>& points,
    const std::optional<GridModel>& costs) {
  std::vector<OnFront> front;
  for (const FrontPoint& point : points) {
    front.push_back(point.repeated ? OnFront::kOn : OnFront::kNoise);
  }
  for (const auto& [pair, rival] : compare_all(losses, points, costs)) {
    OnFront& on = front[pair.first];
    const double loss = rival.loss.value;
    if (rival.cost > 0 && rival.cost_is_sure) continue;
    if (rival.cost <= 0 && (loss < 0 || (loss == 0 && rival.cost < 0))) {
      const bool sure = loss < 0 && rival.loss.is_sure() && rival.cost_is_sure;
      if (sure) on = OnFront::kOff;
      if (!sure && on != OnFront::kOff) on = OnFront::kOffNoise;
      continue;
    }
    const bool higher = loss > 0 && rival.loss.is_sure();
    const bool equal = loss == 0 && rival.cost == 0;
    if (on == OnFront::kOn && !higher && !equal) on = OnFront::kNoise;
  }
  return front;
}

} // namespace nanobrain
