#include "nanobrain/inference/statistics.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/base/sample.h"

namespace nanobrain {

void ClockOptions::validate() const {
  require<UsageError>(
      warm_up.value_or(0) >= 0,
      "bench",
      "--warm-up must be 0 or more, but is {}",
      warm_up.value_or(0));
  require<UsageError>(
      repetitions.value_or(1) >= 1,
      "bench",
      "--repetitions must be 1 or more, but is {}",
      repetitions.value_or(1));
}

Statistics statistics_of(std::vector<double> measurements) {
  require(!measurements.empty(), "bench", "nothing was measured");
  std::ranges::sort(measurements);
  return {
      .count = static_cast<int64_t>(measurements.size()),
      .min = measurements.front(),
      .p25 = quantile(measurements, 0.25),
      .p50 = quantile(measurements, 0.5),
      .p75 = quantile(measurements, 0.75),
      .p90 = quantile(measurements, 0.9),
      .p99 = quantile(measurements, 0.99),
      .max = measurements.back()};
}

} // namespace nanobrain
