// The summary of many measurements of one thing.
#pragma once

#include <cstdint>
#include <vector>

namespace nanobrain {

/// Below which `share` (0 to 1) of the values are; between two neighbours in
/// proportion, as NumPy's default has it.
double quantile(const std::vector<double>& sorted, double share);

struct Statistics {
  int64_t count = 0;
  double min = 0;
  double p50 = 0; // the median
  double p90 = 0;
  double p99 = 0;
  double max = 0;
};

/// Error if there is no measurement.
Statistics statistics_of(std::vector<double> measurements);

} // namespace nanobrain
