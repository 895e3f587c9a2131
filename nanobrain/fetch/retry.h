// When to try again, and how long to wait before.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "nanobrain/base/random.h"

namespace nanobrain {

/// Attempts are counted in a row: one that brings the file further than it
/// ever was begins the count anew.
struct RetryPolicy {
  int64_t attempts = 6;             // the connection breaks, the server is busy
  int64_t unreachable_attempts = 3; // no connection at all
  int64_t wrong_attempts = 2;       // the server's bytes or lengths are wrong
  double first_pause_s = 1;
  double longest_pause_s = 60;
  double longest_wait_s = 600;               // that a server may ask for
  std::function<void(double seconds)> sleep; // nothing: the real one
};

/// Seconds to wait after the `failures`-th failure in a row (from 1): doubled
/// each time up to the longest pause, of which a random half is left out, so
/// that many clients do not come back at once; never less than what the server
/// asked for.
double pause_after(
    const RetryPolicy& policy,
    int64_t failures,
    std::optional<double> asked_s,
    Random& random);

/// Waits in short steps for as long as `go_on` says so.
void wait_for(
    const RetryPolicy& policy,
    double seconds,
    const std::function<bool()>& go_on);

} // namespace nanobrain
