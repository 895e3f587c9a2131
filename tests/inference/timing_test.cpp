#include "nanobrain/inference/timing.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"
#include "nanobrain/inference/cache_eviction.h"
#include "tests/inference/fake_model.h"
#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

class Timing : public ::testing::Test {
 protected:
  Timing() {
    models_.push_back(
        {"long", std::make_shared<FakeModel>("long", calls_, 64)});
    models_.push_back(
        {"short", std::make_shared<FakeModel>("short", calls_, 32)});
    request_.clock = {.warm_up = 0, .repetitions = 1};
    request_.tokens = {8};
    request_.threads = {2, 1};
  }
  void refused(const std::string& message) {
    EXPECT_ERROR(UsageError, message, run_timing(models_, request_));
    EXPECT_TRUE(calls_.all.empty());
  }

  Calls calls_;
  NamedModels models_;
  TimingRequest request_;
};

TEST_F(Timing, EveryModelWithEveryNumberOfThreadsAndLength) {
  request_.tokens = {4, 8};
  const TimingReport report = run_timing(models_, request_);
  std::vector<std::string> expected;
  for (const char* model : {"long", "short"}) {
    for (const char* threads : {", threads 2", ", threads 1"}) {
      expected.push_back(std::string(model) + threads);
      expected.insert(expected.end(), {"forward 4", "forward 8"});
    }
  }
  EXPECT_EQ(calls_.all, expected);
  ASSERT_EQ(report.rows.size(), 8);
  EXPECT_EQ(report.rows[3].model, "long");
  EXPECT_EQ(report.rows[3].threads, 1);
  EXPECT_EQ(report.rows[3].tokens, 8);
  EXPECT_EQ(report.rows[3].prompt_tokens, 0);
  EXPECT_EQ(report.rows[4].model, "short");
  EXPECT_EQ(report.rows[4].backend, "fake");
  EXPECT_EQ(report.rows[4].seconds.count, 1);
  EXPECT_EQ(report.cpu, cpu_name());
  EXPECT_EQ(report.commit, build_commit());
  for (const auto& ids : calls_.ids) {
    EXPECT_THAT(ids, Each(AllOf(Ge(0), Lt(calls_.vocab_size))));
  }
  // The same tokens for all, and not one token alone.
  EXPECT_EQ(calls_.ids[1], calls_.ids[7]);
  EXPECT_GT(std::ranges::max(calls_.ids[1]), std::ranges::min(calls_.ids[1]));
}

TEST_F(Timing, PromptsAndGenerations) {
  models_.pop_back();
  request_.threads = {1};
  request_.work = TimedWork::kPrompt;
  run_timing(models_, request_);
  EXPECT_THAT(calls_.all, ElementsAre("long, threads 1", "prompt 8"));

  calls_.all.clear();
  request_.work = TimedWork::kGenerate;
  request_.tokens = {2};
  request_.prompt_tokens = {3, 5};
  const TimingReport report = run_timing(models_, request_);
  EXPECT_THAT(
      calls_.all,
      ElementsAre(
          "long, threads 1",
          "begin 3",
          "next 0",
          "next 1",
          "begin 5",
          "next 0",
          "next 1"));
  ASSERT_EQ(report.rows.size(), 2);
  EXPECT_EQ(report.rows[1].prompt_tokens, 5);
  EXPECT_EQ(report.rows[1].tokens, 2);
  EXPECT_EQ(report.rows[1].token_seconds.count, 2);
}

TEST_F(Timing, ColdRowsStandBelowWarmOnes) {
  request_.threads = {0}; // all
  request_.cold = true;
  const TimingReport report = run_timing(models_, request_);
  ASSERT_EQ(report.rows.size(), 4);
  EXPECT_EQ(report.rows[0].threads, available_cpus());
  EXPECT_FALSE(report.rows[0].cold);
  EXPECT_TRUE(report.rows[1].cold);
  EXPECT_EQ(report.rows[1].model, "long");
  EXPECT_NE(report.eviction, "");
  request_.cold = false;
  EXPECT_EQ(run_timing(models_, request_).eviction, "");
}

TEST_F(Timing, RefusesWhatCannotBeTimed) {
  request_.tokens = {8, 0};
  refused("--tokens must be 1 or more, but is 0");
  request_.tokens = {8, 33};
  refused("33 tokens are more than the 32 of the context of short");
  request_.work = TimedWork::kGenerate;
  request_.tokens = {20};
  request_.prompt_tokens = {13};
  refused("33 tokens, those of the prompt among them, are more than the 32");
  request_.prompt_tokens = {0};
  refused("--prompt-tokens must be 1 or more, but is 0");
  request_.prompt_tokens = {1};
  request_.threads = {-1};
  refused("--threads] must be from 0 (all)");
  request_.threads = {1, 2, 1};
  refused("--threads names 1 twice");
  request_.threads = {available_cpus(), 0}; // 0 stands for the same
  refused("twice; keep one");
  request_.threads = {1};
  request_.clock.repetitions = 0;
  refused("--repetitions must be 1 or more, but is 0");
  request_.clock = {.warm_up = -1};
  refused("--warm-up must be 0 or more, but is -1");
  request_.clock = {};
  models_.clear();
  refused("nothing to time");
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

// numpy.percentile([...], [50, 90, 99]) of NumPy 2.4.
TEST(Statistics, AreThoseOfNumPy) {
  const Statistics four = statistics_of({40, 10, 30, 20});
  EXPECT_EQ(four.count, 4);
  EXPECT_EQ(four.min, 10);
  EXPECT_DOUBLE_EQ(four.p50, 25);
  EXPECT_DOUBLE_EQ(four.p90, 37);
  EXPECT_DOUBLE_EQ(four.p99, 39.7);
  EXPECT_EQ(four.max, 40);

  const Statistics five = statistics_of({1, 1000, 2, 4, 3});
  EXPECT_EQ(five.p50, 3);
  EXPECT_DOUBLE_EQ(five.p90, 601.6);
  EXPECT_DOUBLE_EQ(five.p99, 960.16);

  const Statistics one = statistics_of({7});
  for (const double value : {one.min, one.p50, one.p90, one.p99, one.max}) {
    EXPECT_EQ(value, 7);
  }
}

TEST(Statistics, OfNothingAreAnError) {
  EXPECT_ERROR(Error, "nothing was measured", statistics_of({}));
}

/// A row of one kind of work on a predictor that notes its calls.
class Measure : public ::testing::Test {
 protected:
  TimingRow run(
      TimedWork work,
      const ClockOptions& clock,
      const Preparation& prepare = {}) {
    calls_.all.clear();
    TimingRow row;
    row.tokens = 3;
    if (work == TimedWork::kGenerate) row.prompt_tokens = 2;
    FakePredictor predictor(calls_);
    measure(
        predictor,
        calls_.vocab_size,
        {.work = work, .clock = clock},
        prepare,
        row);
    return row;
  }
  Calls calls_;
  const ClockOptions two_of_three_ = {.warm_up = 1, .repetitions = 2};
};

TEST_F(Measure, ForwardsAndPromptsReadTheSameIdsEachTime) {
  const Preparation prepare = [&] { calls_.note("prepare"); };
  for (const auto& [work, name] :
       {std::pair(TimedWork::kForward, "forward 3"),
        std::pair(TimedWork::kPrompt, "prompt 3")}) {
    const TimingRow row = run(work, two_of_three_, prepare);
    EXPECT_EQ(row.seconds.count, 2);
    EXPECT_GE(row.seconds.min, 0);
    EXPECT_THAT(
        calls_.all,
        ElementsAre("prepare", name, "prepare", name, "prepare", name));
  }
  EXPECT_THAT(calls_.ids, Each(calls_.ids.front()));
}

TEST_F(Measure, GenerationFeedsEachTokenThatCame) {
  const TimingRow row =
      run(TimedWork::kGenerate, {.warm_up = 0, .repetitions = 2}, [&] {
        calls_.note("prepare");
      });
  const std::vector<std::string> text = {
      "begin 2", "prepare", "next 0", "next 1", "next 2"};
  std::vector<std::string> twice = text;
  twice.insert(twice.end(), text.begin(), text.end());
  EXPECT_EQ(calls_.all, twice);
  EXPECT_THAT(calls_.ids, Each(calls_.ids.front()));
  EXPECT_EQ(row.seconds.count, 2);
  EXPECT_EQ(row.token_seconds.count, 6);

  // The seconds of a text are those of its tokens.
  const TimingRow once =
      run(TimedWork::kGenerate, {.warm_up = 0, .repetitions = 1});
  const Statistics& token = once.token_seconds;
  EXPECT_NEAR(once.seconds.p50, token.min + token.p50 + token.max, 1e-12);
}

TEST_F(Measure, PreparationIsOffTheClock) {
  const std::chrono::milliseconds length(100);
  for (const TimedWork work : {TimedWork::kPrompt, TimedWork::kGenerate}) {
    const TimingRow row = run(work, {.warm_up = 0, .repetitions = 3}, [&] {
      std::this_thread::sleep_for(length);
    });
    EXPECT_LT(row.seconds.min, std::chrono::duration<double>(length).count());
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
