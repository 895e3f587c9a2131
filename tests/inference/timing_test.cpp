#include "nanobrain/inference/timing.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"
#include "tests/inference/fake_model.h"
#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Lt;

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
  TimedModels models_;
  TimingRequest request_;
};

TEST_F(Timing, EveryModelWithEveryNumberOfThreadsAndLength) {
  request_.tokens = {4, 8};
  const TimingReport report = run_timing(models_, request_);
  EXPECT_THAT(
      calls_.all,
      ElementsAre(
          "long, threads 2",
          "forward 4",
          "forward 8",
          "long, threads 1",
          "forward 4",
          "forward 8",
          "short, threads 2",
          "forward 4",
          "forward 8",
          "short, threads 1",
          "forward 4",
          "forward 8"));
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
  request_.threads = {1};
  request_.cold = true;
  const TimingReport report = run_timing(models_, request_);
  ASSERT_EQ(report.rows.size(), 4);
  EXPECT_FALSE(report.rows[0].cold);
  EXPECT_TRUE(report.rows[1].cold);
  EXPECT_EQ(report.rows[1].model, "long");
  EXPECT_NE(report.eviction, "");
  request_.cold = false;
  EXPECT_EQ(run_timing(models_, request_).eviction, "");
}

TEST_F(Timing, NoThreadsAreAllProcessors) {
  request_.threads = {0};
  EXPECT_EQ(run_timing(models_, request_).rows[0].threads, available_cpus());
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
  refused("--repetitions must be 1 or more");
  request_.clock.repetitions = 1;
  models_.clear();
  refused("nothing to time");
}

} // namespace
} // namespace nanobrain::testing
