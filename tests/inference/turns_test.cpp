#include "nanobrain/inference/turns.h"

#include <chrono>
#include <cmath>
#include <string>
#include <thread>

#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

TEST(Repeat, FillsItsTimeWhereNoCountIsGiven) {
  const auto slow = [] {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    return 0;
  };
  // Of a second no more than four fit.
  EXPECT_EQ(repeat({.warm_up = 0}, slow).size(), 5);
  int calls = 0;
  repeat({.repetitions = 1}, [&] { return calls += slow() + 1; });
  EXPECT_GE(calls, 2);
  EXPECT_LE(calls, 3); // 0.3 seconds of warm-up, and one
}

/// Runs that take 1, 2 and 4 seconds of a clock, each of which is slower by a
/// hundredth than the one before.
class Turns : public ::testing::Test {
 protected:
  std::vector<TimedRun> runs() {
    std::vector<TimedRun> all;
    for (const double seconds : {1.0, 2.0, 4.0}) {
      all.emplace_back([this, seconds] {
        calls_ += std::to_string(std::lround(seconds));
        slowness_ *= 1.01;
        return std::vector{seconds * slowness_};
      });
    }
    return all;
  }
  std::string calls_;
  double slowness_ = 1;
};

TEST_F(Turns, AnotherRunBeginsEachRound) {
  take_turns({.warm_up = 0, .repetitions = 4, .turn_seconds = 0}, runs());
  // One off the clock and one on it.
  EXPECT_EQ(
      calls_,
      "112244"
      "224411"
      "441122"
      "112244");
}

TEST_F(Turns, ADriftOfTheClockFallsOnAll) {
  const auto rounds =
      take_turns({.warm_up = 1, .repetitions = 30, .turn_seconds = 0}, runs());
  ASSERT_EQ(rounds.size(), 30);
  std::vector<double> ratios;
  for (const Round& round : rounds) {
    ASSERT_EQ(round.size(), 3);
    ASSERT_EQ(round[2].size(), 1);
    ratios.push_back(round[2][0][0] / round[0][0][0]);
  }
  // Four calls from the one to the other, or two back where the order has
  // turned. With one run after the other it would be 60, and the ratio 7.3.
  const Statistics ratio = statistics_of(ratios);
  EXPECT_DOUBLE_EQ(ratio.max, 4 * std::pow(1.01, 4));
  EXPECT_DOUBLE_EQ(ratio.p50, 4 / std::pow(1.01, 2));
  EXPECT_DOUBLE_EQ(ratio.min, 4 / std::pow(1.01, 2));
}

TEST_F(Turns, ARunAloneHasNoRunOffTheClock) {
  const auto all = runs();
  take_turns({.warm_up = 0, .repetitions = 3, .turn_seconds = 0}, {&all[0], 1});
  EXPECT_EQ(calls_, "111");
}

TEST(TurnsInTime, FillIt) {
  int calls = 0;
  const TimedRun run = [&] {
    ++calls;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return std::vector{1.0, 2.0};
  };
  const std::vector<TimedRun> one = {run}, two = {run, run};
  const auto rounds = take_turns({.warm_up = 0}, one);
  EXPECT_LE(rounds.size(), 51); // a second of 20 ms each
  int counted = 0;
  for (const Round& round : rounds) {
    EXPECT_LE(round[0].size(), 20); // of 1 ms each, or more
    EXPECT_THAT(round[0], Each(ElementsAre(1, 2)));
    counted += static_cast<int>(round[0].size());
  }
  EXPECT_EQ(counted, calls);

  // 40 ms each, half of it off the clock.
  EXPECT_LE(take_turns({.warm_up = 0}, two).size(), 26);
}

} // namespace
} // namespace nanobrain::testing
