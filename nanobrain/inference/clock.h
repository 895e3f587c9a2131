// Repeats a measurement: first to warm up, then to count.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/stopwatch.h"

namespace nanobrain {

struct ClockOptions {
  /// Repetitions that do not count; where left out, for 0.3 seconds.
  std::optional<int64_t> warm_up = {};
  /// Repetitions that count; where left out, for a second, and 5 at least.
  std::optional<int64_t> repetitions = {};

  /// UsageError that names the flag where a value is out of range.
  void validate() const {
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
};

/// What measure() returned in each repetition that counts, in order.
/// Interrupted at SIGINT and SIGTERM.
template <class Measure>
auto repeat(const ClockOptions& options, const Measure& measure) {
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
  fill(options.warm_up, 0.3, 1);
  fill(options.repetitions, 1.0, 5);
  return measured;
}

} // namespace nanobrain
