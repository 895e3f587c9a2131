#include "nanobrain/inference/clock.h"

#include "nanobrain/base/error.h"

namespace nanobrain {

void ClockOptions::validate() const {
  require<UsageError>(
      !warm_up || *warm_up >= 0,
      "bench",
      "--warm-up must be 0 or more, but is {}",
      warm_up.value_or(0));
  require<UsageError>(
      !repetitions || *repetitions >= 1,
      "bench",
      "--repetitions must be 1 or more, but is {}",
      repetitions.value_or(0));
}

} // namespace nanobrain
