// What is told of many measurements of one thing.
#pragma once

#include <cstdint>
#include <vector>

namespace nanobrain {

struct Statistics {
  int64_t count = 0;
  double min = 0;
  double p50 = 0; // the median
  double p90 = 0;
  double p99 = 0;
  double max = 0;
};

/// A percentile between two measurements lies between them in proportion, as
/// NumPy's default has it. Error where there is no measurement.
Statistics statistics_of(std::vector<double> measurements);

} // namespace nanobrain
