#include "nanobrain/inference/statistics.h"

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

/// `p` from 0 to 1.
double percentile(const std::vector<double>& sorted, double p) {
  const double position = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(position);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(
      sorted[below], sorted[above], position - static_cast<double>(below));
}

} // namespace

Statistics statistics_of(std::vector<double> measurements) {
  require(!measurements.empty(), "bench", "nothing was measured");
  std::ranges::sort(measurements);
  return {
      .count = static_cast<int64_t>(measurements.size()),
      .min = measurements.front(),
      .p50 = percentile(measurements, 0.5),
      .p90 = percentile(measurements, 0.9),
      .p99 = percentile(measurements, 0.99),
      .max = measurements.back()};
}

} // namespace nanobrain
