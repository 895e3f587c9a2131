// Calls something again and again under a clock.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "nanobrain/timing/timings.h"

namespace nanobrain {

struct RepetitionOptions {
  /// calls before the clock starts; 0: for 0.3 seconds, one at least
  int64_t warm_up = 0;
  /// timed calls; 0: for a second, five at least
  int64_t repetitions = 0;

  /// UsageError that names the flag of a negative number.
  void validate() const;
};

/// Seconds of each timed call. `before` runs before each call, outside the
/// clock. Stops at SIGINT and SIGTERM (Interrupted).
Timings time_calls(
    const std::function<void()>& call,
    const RepetitionOptions& options,
    const std::function<void()>& before = {});

} // namespace nanobrain
