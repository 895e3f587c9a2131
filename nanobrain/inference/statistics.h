// Measurements: repeated, first to warm up, then to count; and their summary.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/stopwatch.h"

namespace nanobrain {

struct ClockOptions {
  /// Repetitions that do not count; where left out, for 0.3 seconds.
  std::optional<int64_t> warm_up = {};
  /// Repetitions that count; where left out, for a second, and 5 at least.
  std::optional<int64_t> repetitions = {};
  /// Of a turn in take_turns() (turns.h).
  double turn_seconds = 0.02;

  /// UsageError that names the flag where a value is out of range.
  void validate() const;
};

/// What measure() returned in each repetition that counts, in order; where it
/// measures `things` things, the times to fill are that many times as long.
/// Interrupted at SIGINT and SIGTERM.
template <class Measure>
auto repeat(
    const ClockOptions& options, const Measure& measure, size_t things = 1) {
  std::vector<decltype(measure())> measured;
  const auto fill =
      [&](std::optional<int64_t> count, double seconds, size_t least) {
        measured.clear();
        const Stopwatch watch;
        while (count ? static_cast<int64_t>(measured.size()) < *count
                     : measured.size() < least || watch.seconds() < seconds) {
          check_interrupted();
          measured.push_back(measure());
        }
      };
  const auto times = static_cast<double>(things);
  fill(options.warm_up, 0.3 * times, 1);
  fill(options.repetitions, 1.0 * times, 5);
  return measured;
}

struct Statistics {
  int64_t count = 0;
  double min = 0;
  double p25 = 0;
  double p50 = 0; // the median
  double p75 = 0;
  double p90 = 0;
  double p99 = 0;
  double max = 0;
};

/// Error if there is no measurement.
Statistics statistics_of(std::vector<double> measurements);

} // namespace nanobrain
