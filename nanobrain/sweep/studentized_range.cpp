#include "nanobrain/sweep/studentized_range.h"

#include <cmath>
#include <numbers>
#include <vector>

#include "nanobrain/base/chi_average.h"
#include "nanobrain/base/distributions.h"

namespace nanobrain {

namespace {

/// Of the trapezoidal rule over the normal distribution, which for a smooth
/// bell is exact to rounding.
constexpr double kStep = 0.25;
constexpr int kReach = 30; // to z = 7.5

struct Node {
  double z, density, cdf;
};

std::vector<Node> make_nodes() {
  std::vector<Node> nodes;
  for (int i = -kReach; i <= kReach; ++i) {
    const double z = i * kStep;
    const double density =
        std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
    nodes.push_back({z, density, normal_cdf(z)});
  }
  return nodes;
}

/// P(range <= w) of so many standard normals: the smallest is at z, the others
/// are within w above it.
double range_cdf(double w, int64_t means) {
  static const std::vector<Node> nodes = make_nodes();
  const auto others = static_cast<double>(means - 1);
  double sum = 0;
  for (const Node& node : nodes) {
    const double within = normal_cdf(node.z + w) - node.cdf;
    sum += node.density * std::pow(within, others);
  }
  return static_cast<double>(means) * sum * kStep;
}

} // namespace

double studentized_range_upper_tail(double q, int64_t means, double degrees) {
  const double tail = average_over_chi(
      degrees, [&](double s) { return 1 - range_cdf(q * s, means); });
  return std::clamp(tail, 0.0, 1.0);
}

double studentized_range_quantile(double p, int64_t means, double degrees) {
  const auto excess = [&](double q) {
    return studentized_range_upper_tail(q, means, degrees) - (1 - p);
  };
  double low = 0;
  double above = p; // the excess at `low` ...
  double high = 4;
  double below = excess(high); // ... and at `high`
  while (below > 0) {
    low = high;
    above = below;
    high *= 2;
    below = excess(high);
  }
  // False position; the end that stays counts half (the Illinois method).
  for (int i = 0; i < 100 && high - low > 1e-9 * high; ++i) {
    const double at = low + (high - low) * above / (above - below);
    const double value = excess(at);
    if (std::abs(value) < 1e-12) return at;
    if (value > 0) {
      low = at;
      above = value;
      below /= 2;
    } else {
      high = at;
      below = value;
      above /= 2;
    }
  }
  return (low + high) / 2;
}

} // namespace nanobrain
