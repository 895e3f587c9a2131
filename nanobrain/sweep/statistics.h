// Means over seeds, and how sure they are.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// Of the intervals of every table.
inline constexpr double kConfidence = 0.95;
/// What is not known.
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Of a few values: mean, standard deviation (n - 1), 95 % interval of the mean
/// by Student's t. With one value there is neither: sd, low and high are NaN.
struct Estimate {
  std::vector<double> values;
  double mean = 0;
  double sd = 0;
  double low = 0;
  double high = 0;

  bool has_interval() const { return !std::isnan(low); }
  /// {"mean", "sd", "low", "high", "values"}; null where there is none.
  Json to_json() const;
};
/// Of at least one value.
Estimate estimate(std::vector<double> values);

} // namespace nanobrain
