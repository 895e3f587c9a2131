// Repeats a measurement: first to warm up, then to count.
#pragma once

#include <cstdint>
#include <vector>

#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/stopwatch.h"

namespace nanobrain {

struct ClockOptions {
  int64_t warm_up = 10;     // repetitions that do not count, at least
  int64_t repetitions = 30; // that count, at least
  /// That the counted ones take in all, at least; the warm-up a quarter of it.
  double seconds = 1;

  /// UsageError that names the option where a value is out of range.
  void validate() const;
};

/// What measure() returned in each repetition that counts, in order.
/// Interrupted at SIGINT and SIGTERM.
template <class Measure>
auto repeat(const ClockOptions& options, const Measure& measure) {
  std::vector<decltype(measure())> counted;
  const Stopwatch warming;
  for (int64_t i = 0;
       i < options.warm_up || warming.seconds() < options.seconds / 4;
       ++i) {
    check_interrupted();
    measure();
  }
  const Stopwatch counting;
  while (static_cast<int64_t>(counted.size()) < options.repetitions ||
         counting.seconds() < options.seconds) {
    check_interrupted();
    counted.push_back(measure());
  }
  return counted;
}

} // namespace nanobrain
