#include "nanobrain/sweep/pareto.h"

#include "nanobrain/sweep/statistics.h"

namespace nanobrain {

namespace {

double mean_loss(const ParetoPoint& point) {
  std::vector<double> values;
  for (const auto& [seed, loss] : point.losses) values.push_back(loss);
  return estimate(std::move(values)).mean;
}

/// One that is no dearer may take its place: a cheaper one by as low a loss,
/// one as cheap by a lower one.
bool within_noise(const ParetoPoint& point, const ParetoPoint& rival) {
  std::vector<double> own;
  std::vector<double> other;
  for (const auto& [seed, loss] : point.losses) {
    const auto it = rival.losses.find(seed);
    if (it == rival.losses.end()) continue;
    own.push_back(loss);
    other.push_back(it->second);
  }
  if (own.size() < 2) return false;
  const double least = paired_difference(own, other).difference.low;
  return rival.cost < point.cost ? least <= 0 : least < 0;
}

} // namespace

std::string_view name(OnFront on) {
  switch (on) {
    case OnFront::kOff:
      return "off";
    case OnFront::kNoise:
      return "noise";
    case OnFront::kOn:
      return "on";
  }
  return "";
}

std::vector<OnFront> pareto_front(const std::vector<ParetoPoint>& points) {
  std::vector<double> loss;
  for (const ParetoPoint& p : points) loss.push_back(mean_loss(p));
  std::vector<OnFront> front(points.size(), OnFront::kOn);
  for (size_t i = 0; i < points.size(); ++i) {
    for (size_t k = 0; k < points.size(); ++k) {
      if (points[k].cost > points[i].cost || k == i) continue;
      const bool cheaper = points[k].cost < points[i].cost;
      if (loss[k] < loss[i] || (cheaper && loss[k] == loss[i])) {
        front[i] = OnFront::kOff;
        break;
      }
      if (within_noise(points[i], points[k])) front[i] = OnFront::kNoise;
    }
  }
  return front;
}

} // namespace nanobrain
