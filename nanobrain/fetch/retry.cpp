#include "nanobrain/fetch/retry.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

namespace nanobrain {

double pause_after(
    const RetryPolicy& policy,
    int64_t failures,
    std::optional<double> asked_s,
    Random& random) {
  const double doubled =
      policy.first_pause_s * std::exp2(static_cast<double>(failures - 1));
  const double pause = std::min(policy.longest_pause_s, doubled);
  return std::max(asked_s.value_or(0), pause * (0.5 + 0.5 * random.uniform()));
}

void wait_for(
    const RetryPolicy& policy,
    double seconds,
    const std::function<bool()>& go_on) {
  constexpr double kStep = 0.1; // how soon a signal is seen
  while (seconds > 0 && go_on()) {
    const double step = std::min(kStep, seconds);
    if (policy.sleep) {
      policy.sleep(step);
    } else {
      std::this_thread::sleep_for(std::chrono::duration<double>(step));
    }
    seconds -= step;
  }
}

} // namespace nanobrain
