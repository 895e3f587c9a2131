#include "nanobrain/inference/timing.h"

#include <algorithm>
#include <chrono>
#include <numeric>
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
    request_.clock = {.warm_up = 0, .repetitions = 1, .turn_seconds = 0};
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
  std::vector<std::string> expected = {
      "long, threads 2",
      "long, threads 1",
      "short, threads 2",
      "short, threads 1"};
  for (const char* threads : {"use 2", "use 1", "use 2", "use 1"}) {
    for (const char* work : {"forward 4", "forward 8"}) {
      // Off the clock, then on it.
      expected.insert(expected.end(), {threads, work, threads, work});
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
  EXPECT_EQ(calls_.ids[3], calls_.ids[15]);
  EXPECT_GT(std::ranges::max(calls_.ids[3]), std::ranges::min(calls_.ids[3]));
}

TEST_F(Timing, PromptsAndGenerations) {
  models_.pop_back();
  request_.threads = {1};
  request_.work = TimedWork::kPrompt;
  run_timing(models_, request_);
  // A row alone needs no run off the clock.
  EXPECT_THAT(calls_.all, ElementsAre("long, threads 1", "use 1", "prompt 8"));

  calls_.all.clear();
  request_.work = TimedWork::kGenerate;
  request_.tokens = {2};
  request_.prompt_tokens = {3, 5};
  const TimingReport report = run_timing(models_, request_);
  std::vector<std::string> expected = {"long, threads 1"};
  for (const char* begin : {"begin 3", "begin 3", "begin 5", "begin 5"}) {
    expected.insert(expected.end(), {"use 1", begin, "next 0", "next 1"});
  }
  EXPECT_EQ(calls_.all, expected);
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

// numpy.percentile([...], [25, 50, 75, 90, 99]) of NumPy 2.4.
TEST(Statistics, AreThoseOfNumPy) {
  const Statistics four = statistics_of({40, 10, 30, 20});
  EXPECT_DOUBLE_EQ(four.p25, 17.5);
  EXPECT_DOUBLE_EQ(four.p75, 32.5);
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

/// The run of a row on a predictor that notes its calls.
class OneRun : public ::testing::Test {
 protected:
  std::vector<double> run(TimedWork work, bool cold) {
    calls_.all.clear();
    FakePredictor predictor(calls_);
    RunMaker maker{work, evict_};
    TimingRow row;
    if (work == TimedWork::kGenerate) row.prompt_tokens = 2;
    row.tokens = 3;
    row.cold = cold;
    return maker.make(predictor, calls_.vocab_size, row)();
  }
  Calls calls_;
  std::function<void()> evict_ = [&] { calls_.note("evict"); };
};

TEST_F(OneRun, OfAColdRowEvictsFirst) {
  EXPECT_EQ(run(TimedWork::kForward, false).size(), 1);
  EXPECT_THAT(calls_.all, ElementsAre("forward 3"));
  run(TimedWork::kForward, true);
  EXPECT_THAT(calls_.all, ElementsAre("evict", "forward 3"));
  run(TimedWork::kPrompt, true);
  EXPECT_THAT(calls_.all, ElementsAre("evict", "prompt 3"));
  EXPECT_THAT(calls_.ids, Each(calls_.ids.front()));
}

TEST_F(OneRun, OfAGenerationFeedsEachTokenThatCame) {
  EXPECT_EQ(run(TimedWork::kGenerate, true).size(), 3);
  EXPECT_THAT(
      calls_.all,
      ElementsAre("begin 2", "evict", "next 0", "next 1", "next 2"));
}

TEST_F(OneRun, EvictionIsOffTheClock) {
  const std::chrono::milliseconds length(100);
  evict_ = [&] { std::this_thread::sleep_for(length); };
  for (const TimedWork work : {TimedWork::kPrompt, TimedWork::kGenerate}) {
    // Not all three are disturbed.
    double least = 1;
    for (int i = 0; i < 3; ++i) {
      const auto seconds = run(work, true);
      least =
          std::min(least, std::accumulate(seconds.begin(), seconds.end(), 0.0));
    }
    EXPECT_LT(least, std::chrono::duration<double>(length).count());
  }
}

TEST(TimingRows, HaveTheSumsOfTheirPartsAndAMedianARepetition) {
  Calls calls;
  const NamedModels models = {
      {"fake", std::make_shared<FakeModel>("fake", calls)}};
  const TimingReport report = run_timing(
      models,
      {.work = TimedWork::kGenerate,
       .tokens = {3},
       .threads = {1},
       .clock = {.warm_up = 1, .repetitions = 2}});
  const TimingRow& row = report.rows[0];
  EXPECT_EQ(row.seconds.count, 2);
  EXPECT_EQ(row.token_seconds.count, 6);
  ASSERT_EQ(row.turns.size(), 2);
  EXPECT_NEAR(row.turns[0] + row.turns[1], 2 * row.seconds.p50, 1e-12);
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
