#include "nanobrain/inference/measure.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "nanobrain/base/error.h"
#include "nanobrain/inference/cache_eviction.h"
#include "tests/inference/fake_model.h"
#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;

const ClockOptions kTwoOfThree = {.warm_up = 1, .repetitions = 2};

TEST(Clock, CountsAfterTheWarmUp) {
  int calls = 0;
  EXPECT_THAT(
      repeat({.warm_up = 2, .repetitions = 3}, [&] { return ++calls; }),
      ElementsAre(3, 4, 5));
  EXPECT_THAT(
      repeat({.warm_up = 0, .repetitions = 1}, [&] { return ++calls; }),
      ElementsAre(6));
}

TEST(Clock, FillsItsTimeWhereNoCountIsGiven) {
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

TEST(Clock, RefusesCountsOutOfRange) {
  EXPECT_ERROR(
      UsageError,
      "--warm-up must be 0 or more, but is -1",
      ClockOptions{.warm_up = -1}.validate());
  EXPECT_ERROR(
      UsageError,
      "--repetitions must be 1 or more, but is 0",
      ClockOptions{.repetitions = 0}.validate());
}

TEST(Measure, ForwardsAndPromptsReadTheSameIdsEachTime) {
  Calls calls;
  FakePredictor engine(calls);
  const std::vector<TokenId> ids = {3, 1, 4};
  const auto forwards =
      measure_forward(engine, ids, calls.vocab_size, kTwoOfThree, {});
  EXPECT_EQ(forwards.size(), 2);
  EXPECT_THAT(forwards, Each(Ge(0)));
  EXPECT_EQ(measure_prompt(engine, ids, kTwoOfThree, {}).size(), 2);
  EXPECT_THAT(
      calls.all,
      ElementsAre(
          "forward 3",
          "forward 3",
          "forward 3",
          "prompt 3",
          "prompt 3",
          "prompt 3"));
  EXPECT_THAT(calls.ids, Each(ids));
}

TEST(Measure, PreparesEachRepetition) {
  Calls calls;
  FakePredictor engine(calls);
  const std::vector<TokenId> ids = {3, 1};
  const Preparation prepare = [&] { calls.note("prepare"); };
  measure_forward(engine, ids, calls.vocab_size, kTwoOfThree, prepare);
  EXPECT_THAT(
      calls.all,
      ElementsAre(
          "prepare",
          "forward 2",
          "prepare",
          "forward 2",
          "prepare",
          "forward 2"));
  calls.all.clear();
  measure_generation(engine, ids, 1, {.warm_up = 0, .repetitions = 1}, prepare);
  EXPECT_THAT(calls.all, ElementsAre("begin 2", "prepare", "next 0"));
}

TEST(Measure, PreparationIsOffTheClock) {
  Calls calls;
  FakePredictor engine(calls);
  const std::vector<TokenId> ids = {3};
  const std::chrono::milliseconds length(100);
  const Preparation slow = [&] { std::this_thread::sleep_for(length); };
  const ClockOptions thrice = {.warm_up = 0, .repetitions = 3};
  const double limit = std::chrono::duration<double>(length).count();
  EXPECT_LT(std::ranges::min(measure_prompt(engine, ids, thrice, slow)), limit);
  EXPECT_LT(
      std::ranges::min(measure_generation(engine, ids, 2, thrice, slow).texts),
      limit);
}

TEST(Measure, GenerationFeedsEachTokenThatCame) {
  Calls calls;
  FakePredictor engine(calls);
  const std::vector<TokenId> prompt = {5, 6};
  const auto seconds = measure_generation(
      engine, prompt, 3, {.warm_up = 0, .repetitions = 2}, {});
  EXPECT_THAT(
      calls.all,
      ElementsAre(
          "begin 2",
          "next 0",
          "next 1",
          "next 2",
          "begin 2",
          "next 0",
          "next 1",
          "next 2"));
  EXPECT_THAT(calls.ids, Each(prompt));
  ASSERT_EQ(seconds.texts.size(), 2);
  ASSERT_EQ(seconds.tokens.size(), 6);
  for (size_t text = 0; text < 2; ++text) {
    double sum = 0;
    for (size_t i = 0; i < 3; ++i) sum += seconds.tokens[3 * text + i];
    EXPECT_DOUBLE_EQ(seconds.texts[text], sum);
  }
}

TEST(CacheEviction, WritesMoreThanTheLargestCacheButNoMoreThanAGigabyte) {
  CacheEviction eviction;
  eviction.evict();
  EXPECT_GE(eviction.bytes(), 64'000'000);
  EXPECT_LE(eviction.bytes(), 1'000'000'000);
  EXPECT_GE(largest_cache_bytes(), 0);
  EXPECT_THAT(
      eviction.describe(),
      ::testing::ContainsRegex("^[0-9.]+ [MG]B written on all processors"));
}

} // namespace
} // namespace nanobrain::testing
