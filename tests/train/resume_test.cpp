// Resuming in this process; kill_e2e_test.cpp kills a real one.
#include <sys/resource.h>

#include "nanobrain/base/descriptor.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/manifest.h"
#include "nanobrain/train/training_run.h"
#include "tests/train/tiny_run.h"

namespace nanobrain {
namespace {

using namespace nanobrain::testing;
using ::testing::HasSubstr;

TEST(ResumeBits, ContinueToTheSame) {
  using Overrides = std::vector<std::string>;
  for (const Overrides& overrides :
       {Overrides{"train.precision=f32", "train.threads=1"},
        Overrides{"train.precision=f32", "train.threads=2"},
        Overrides{"train.precision=bf16", "train.threads=2"}}) {
    const TinyRun tiny;
    const fs::path whole = tiny.path("whole"), run = tiny.path("run");
    tiny.train("whole", overrides);
    tiny.train("run", overrides);
    ASSERT_EQ(tiny.weights("run"), tiny.weights("whole"));
    for (const int64_t step : {0, 3, 9, 12}) {
      SCOPED_TRACE(
          overrides[0] + overrides[1] + fmt::format(", step {}", step));
      rewind_run(run, step);
      tiny.train("run", overrides, true);
      EXPECT_EQ(tiny.weights("run"), tiny.weights("whole"));
      EXPECT_EQ(metrics_without_times(run), metrics_without_times(whole));
      EXPECT_EQ(
          read_text(run / "samples.txt"), read_text(whole / "samples.txt"));
    }
    EXPECT_EQ(read_json(run / "run.json")["sessions"].size(), 5U);
  }
}

// Groups of different optimizers, and averages: before the first checkpoint
// after their start, and after it.
TEST(ResumeBits, OfEveryOptimizerContinueToTheSame) {
  const TinyRun tiny;
  for (const std::string keys :
       {"kind: muon, lr: 0.02, momentum_warmup_steps: 8",
        "kind: normuon, lr: 0.02, orthogonalizer: exact",
        "kind: soap, lr: 0.01, precondition_every: 4",
        "kind: lion, lr: 0.001, cautious_decay: true",
        "kind: adamw, second_moment: row"}) {
    for (const std::string average : {"ema, decay: 0.8", "tail"}) {
      SCOPED_TRACE(keys + ", " + average);
      const std::vector<std::string> overrides = {
          "optimizer={lr: 1.0e-2, average: {start: 0.4, kind: " + average +
          "}, groups: {blocks: {match: [matrix], " + keys +
          ", schedule: {kind: linear, warmup_steps: 3}}}}"};
      tiny.train("run", overrides);
      const fs::path run = tiny.path("run");
      const std::string weights = tiny.weights("run");
      const auto metrics = metrics_without_times(run);
      for (const int64_t step : {3, 9}) {
        rewind_run(run, step);
        tiny.train("run", overrides, true);
        EXPECT_EQ(tiny.weights("run"), weights) << step;
        EXPECT_EQ(metrics_without_times(run), metrics) << step;
      }
      fs::remove_all(run);
    }
  }
}

/// A finished run, copied for each test.
class ResumeTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    tiny_ = std::make_unique<TinyRun>();
    tiny_->train("whole");
  }
  static void TearDownTestSuite() { tiny_.reset(); }
  ResumeTest() {
    fs::remove_all(run_);
    fs::copy(tiny_->path("whole"), run_, fs::copy_options::recursive);
  }

  static Json resume(const std::vector<std::string>& overrides = {}) {
    return tiny_->train("run", overrides, true);
  }
  /// Resumes to the bits of the whole run, and says `message` on stderr.
  static void expect_same_end(
      const std::string& message,
      const std::vector<std::string>& overrides = {}) {
    ::testing::internal::CaptureStderr();
    resume(overrides);
    EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr(message));
    EXPECT_EQ(tiny_->weights("run"), tiny_->weights("whole"));
  }

  static inline std::unique_ptr<TinyRun> tiny_;
  const fs::path run_ = tiny_->path("run");
  const fs::path checkpoints_ = run_ / "checkpoints";
};

// Negative control: bits that do differ are seen, so the moments matter.
TEST_F(ResumeTest, OtherMomentsGiveOtherBits) {
  rewind_run(run_, 6);
  const fs::path checkpoint = checkpoints_ / "step-6";
  const fs::path moments = checkpoint / "optimizer.safetensors";
  std::string bytes = read_text(moments);
  std::fill(bytes.end() - 64, bytes.end(), '\0'); // 16 second moments
  write_text(moments, bytes);
  fs::remove(checkpoint / "manifest.json");
  write_manifest(checkpoint);
  resume();
  EXPECT_NE(tiny_->weights("run"), tiny_->weights("whole"));
}

TEST_F(ResumeTest, ADamagedCheckpointIsSetAside) {
  rewind_run(run_, 9);
  const fs::path weights = checkpoints_ / "step-9/model/model.safetensors";
  std::string bytes = read_text(weights);
  bytes[bytes.size() - 5] ^= 1;
  write_text(weights, bytes);
  expect_same_end("checkpoint step-9 cannot be used");
  EXPECT_TRUE(fs::exists(checkpoints_ / "step-9.damaged"));
  EXPECT_TRUE(fs::exists(checkpoints_ / "step-9"));
}

TEST_F(ResumeTest, SaysThatThereIsNoCheckpointYet) {
  rewind_run(run_, 0);
  expect_same_end("finds no checkpoint, so starts at the first step");
}

TEST_F(ResumeTest, CheckpointsThatAreAllDamagedAreAnError) {
  rewind_run(run_, 3);
  fs::remove(checkpoints_ / "step-3" / "optimizer.safetensors");
  EXPECT_ERROR(Error, "none of its 1 checkpoints can be used", resume());
}

TEST_F(ResumeTest, RemovesWhatAKilledWriterLeft) {
  rewind_run(run_, 9);
  const fs::path left = checkpoints_ / ".step-12.tmp-123-0badcafe";
  ASSERT_TRUE(is_temporary_name(left));
  fs::create_directories(left / "model");
  write_text(left / "model" / "model.safetensors", "half");
  expect_same_end("resumes after step 9 of 12");
  EXPECT_FALSE(fs::exists(left));
}

// Killed between the last checkpoint and the line that says "finished".
TEST_F(ResumeTest, WritesTheModelOfALastMomentKillAgain) {
  Json record = read_json(run_ / "run.json");
  record.erase("result");
  write_json(run_ / "run.json", record);
  write_text(run_ / "model" / "model.safetensors", "another");
  fs::create_directory(run_ / ".model.tmp-123-0badcafe");
  const Json result = resume();
  EXPECT_EQ(result["steps"], 12);
  EXPECT_EQ(tiny_->weights("run"), tiny_->weights("whole"));
  EXPECT_EQ(read_json(run_ / "run.json")["result"], result);
  EXPECT_FALSE(fs::exists(run_ / ".model.tmp-123-0badcafe"));
}

TEST_F(ResumeTest, AFinishedRunGivesItsResultAgain) {
  const std::string metrics = read_text(run_ / "metrics.jsonl");
  expect_same_end("is finished already");
  EXPECT_EQ(resume(), read_json(run_ / "run.json")["result"]);
  EXPECT_EQ(read_text(run_ / "metrics.jsonl"), metrics);
}

TEST_F(ResumeTest, NeedsNoConfigButARunOrAConfig) {
  rewind_run(run_, 3);
  train({.output = run_, .resume = true});
  EXPECT_EQ(tiny_->weights("run"), tiny_->weights("whole"));
  EXPECT_ERROR(
      UsageError,
      "holds no run to resume; give a CONFIG",
      train({.output = tiny_->path("absent"), .resume = true}));
  // A script may always pass --resume.
  tiny_->train("fresh", {}, true);
  EXPECT_EQ(tiny_->weights("fresh"), tiny_->weights("whole"));
}

TEST_F(ResumeTest, RefusesOtherMathematicsAndOtherData) {
  rewind_run(run_, 3);
  EXPECT_ERROR(
      UsageError,
      "[optimizer.lr] is 0.01 in the run to resume, but 0.02 now",
      resume({"optimizer.lr=2.0e-2"}));
  const std::string other = tiny_->path("val.tokens");
  EXPECT_ERROR(
      UsageError,
      "[data.train] is not what the run was started with: the xxh3 of " +
          other + " is ",
      resume({"data.train=" + other}));
  // Its place may change, and what does not touch the weights.
  fs::copy_file(tiny_->path("train.tokens"), tiny_->path("moved.tokens"));
  expect_same_end(
      "resumes after step 3",
      {"data.train=" + tiny_->path("moved.tokens").string(),
       "train.eval_every=4",
       "train.keep_last=1"});
}

TEST_F(ResumeTest, RefusesARunWithoutItsRecordAndARunInUse) {
  rewind_run(run_, 3);
  {
    const Descriptor other = lock_folder(run_);
    EXPECT_ERROR(Error, "is in use", resume());
  }
  EXPECT_NO_THROW(resume());
  fs::remove(run_ / "run.json");
  EXPECT_ERROR(
      Error,
      run_.string() + "] lacks run.json",
      train({.output = run_, .resume = true}));
}

TEST_F(ResumeTest, AFullDiskLeavesEarlierCheckpointsWhole) {
  rewind_run(run_, 6);
  ignore_file_signals();
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  // Enough for logs and config, too little for the weights.
  const rlimit limit{20'000, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const std::string message = error_of<Error>([] { resume(); });
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_THAT(message, HasSubstr("free some space"));
  EXPECT_EQ(
      names_in(checkpoints_), (std::set<std::string>{"step-3", "step-6"}));
  expect_same_end("resumes after step 6");
}

} // namespace
} // namespace nanobrain
