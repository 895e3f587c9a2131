#include "nanobrain/fetch/retry.h"

#include <algorithm>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(Retry, PausesDoubleUpToTheLongest) {
  RetryPolicy policy;
  policy.first_pause_s = 2;
  policy.longest_pause_s = 10;
  Random random(1);
  const double whole[] = {2, 4, 8, 10, 10};
  for (int64_t failures = 1; failures <= 5; ++failures) {
    double least = 1e9;
    double most = 0;
    for (int i = 0; i < 1000; ++i) {
      const double pause = pause_after(policy, failures, {}, random);
      least = std::min(least, pause);
      most = std::max(most, pause);
    }
    const double limit = whole[failures - 1];
    EXPECT_GE(least, 0.5 * limit);
    EXPECT_LE(most, limit);
    EXPECT_GT(most - least, 0.45 * limit); // of 1,000: all but the whole half
  }
  EXPECT_LE(pause_after(policy, 5000, {}, random), 10);
}

TEST(Retry, TheServerMayAskForMore) {
  Random random(1);
  EXPECT_EQ(pause_after({}, 1, 30, random), 30);
  EXPECT_GE(pause_after({}, 1, 0.1, random), 0.5);
}

TEST(Retry, WaitsInSteps) {
  RetryPolicy policy;
  double slept = 0;
  int steps = 0;
  policy.sleep = [&](double seconds) {
    slept += seconds;
    ++steps;
  };
  wait_for(policy, 2.05, [] { return true; });
  EXPECT_NEAR(slept, 2.05, 1e-9); // sums of doubles
  EXPECT_GE(steps, 20);
  slept = 0;
  wait_for(policy, 1000, [&] { return slept < 1; });
  EXPECT_LT(slept, 1.2); // a step more at most
}

} // namespace
} // namespace nanobrain
