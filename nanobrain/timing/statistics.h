// What is told of many measurements of one thing.
#pragma once

#include <cstdint>
#include <span>

namespace nanobrain {

struct Statistics {
  int64_t count = 0;
  double min = 0;
  double p50 = 0; // the median
  double p90 = 0;
  double p99 = 0;
  double max = 0;
};

/// Percentiles lie between the two measurements around them, linearly (the
/// definition of NumPy's default). All 0 where there are none.
Statistics statistics_of(std::span<const double> measurements);

} // namespace nanobrain
