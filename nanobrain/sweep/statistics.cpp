#include "nanobrain/sweep/statistics.h"

#include <cmath>
#include <numeric>

#include "nanobrain/base/distributions.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/sample.h"

namespace nanobrain {

Estimate estimate(std::vector<double> values) {
  require(!values.empty(), "statistics", "there is no value to estimate from");
  Estimate e{
      .values = std::move(values), .sd = kNan, .low = kNan, .high = kNan};
  const auto n = static_cast<double>(e.values.size());
  e.mean = std::accumulate(e.values.begin(), e.values.end(), 0.0) / n;
  if (e.values.size() < 2) return e;
  e.sd = standard_deviation(e.values);
  const double half =
      student_t_quantile((1 + kConfidence) / 2, n - 1) * e.sd / std::sqrt(n);
  e.low = e.mean - half;
  e.high = e.mean + half;
  return e;
}

Json Estimate::to_json() const {
  return {
      {"mean", number_or_null(mean)},
      {"sd", number_or_null(sd)},
      {"low", number_or_null(low)},
      {"high", number_or_null(high)},
      {"values", values}};
}

} // namespace nanobrain
