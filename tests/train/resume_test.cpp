// Resuming in this process: bits, files and refusals. Kills of a real process
// are in kill_e2e_test.cpp.
#include <sys/resource.h>

#include <csignal>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/manifest.h"
#include "nanobrain/base/safetensors.h"
#include "nanobrain/train/run_lock.h"
#include "nanobrain/train/training_run.h"
#include "tests/train/tiny_run.h"

namespace nanobrain {
namespace {

using testing::read_json_lines;
using testing::read_text;
using testing::rewind_run;
using testing::TinyRun;
using testing::write_text;
namespace fs = std::filesystem;

void flip_byte(const fs::path& path) {
  std::string bytes = read_text(path);
  bytes[bytes.size() - 5] ^= 1;
  write_text(path, bytes);
}

/// Metrics without the figures that time makes.
std::vector<Json> metrics_without_times(const fs::path& run) {
  auto lines = read_json_lines(run / "metrics.jsonl");
  for (Json& line : lines) {
    line.erase("elapsed_s");
    line.erase("tokens_per_s");
  }
  return lines;
}

class ResumeTest : public ::testing::Test {
 protected:
  Json resume(const std::vector<std::string>& overrides = {}) {
    return tiny_.train("run", overrides, true);
  }
  TinyRun tiny_;
};

class ResumeBitsTest
    : public ResumeTest,
      public ::testing::WithParamInterface<std::vector<std::string>> {};

TEST_P(ResumeBitsTest, ContinueToTheSame) {
  tiny_.train("whole", GetParam());
  tiny_.train("run", GetParam());
  ASSERT_EQ(tiny_.weights("run"), tiny_.weights("whole"));
  for (const int64_t step : {0, 3, 9, 12}) {
    SCOPED_TRACE(step);
    rewind_run(tiny_.path("run"), step);
    resume(GetParam());
    EXPECT_EQ(tiny_.weights("run"), tiny_.weights("whole"));
    EXPECT_EQ(
        metrics_without_times(tiny_.path("run")),
        metrics_without_times(tiny_.path("whole")));
    EXPECT_EQ(
        read_text(tiny_.path("run") / "samples.txt"),
        read_text(tiny_.path("whole") / "samples.txt"));
  }
  EXPECT_EQ(read_json(tiny_.path("run") / "run.json")["sessions"].size(), 5U);
}
INSTANTIATE_TEST_SUITE_P(
    Precisions,
    ResumeBitsTest,
    ::testing::Values(
        std::vector<std::string>{"train.precision=f32", "train.threads=1"},
        std::vector<std::string>{"train.precision=f32", "train.threads=2"},
        std::vector<std::string>{"train.precision=bf16", "train.threads=2"}));

// Negative control: bits that do differ are seen, so the moments matter.
TEST_F(ResumeTest, OtherMomentsGiveOtherBits) {
  tiny_.train("run");
  const std::string whole = tiny_.weights("run");
  rewind_run(tiny_.path("run"), 6);
  const fs::path checkpoint = tiny_.path("run") / "checkpoints" / "step-6";
  const fs::path moments = checkpoint / "optimizer.safetensors";
  std::string bytes = read_text(moments);
  std::fill(bytes.end() - 64, bytes.end(), '\0'); // 16 second moments
  write_text(moments, bytes);
  fs::remove(checkpoint / "manifest.json");
  write_manifest(checkpoint);
  resume();
  EXPECT_NE(tiny_.weights("run"), whole);
}

TEST_F(ResumeTest, ADamagedCheckpointIsSetAside) {
  tiny_.train("run");
  const std::string whole = tiny_.weights("run");
  rewind_run(tiny_.path("run"), 9);
  const fs::path checkpoints = tiny_.path("run") / "checkpoints";
  flip_byte(checkpoints / "step-9" / "model" / "model.safetensors");
  ::testing::internal::CaptureStderr();
  resume();
  EXPECT_THAT(
      ::testing::internal::GetCapturedStderr(),
      ::testing::HasSubstr("checkpoint step-9 cannot be used"));
  EXPECT_EQ(tiny_.weights("run"), whole);
  EXPECT_TRUE(fs::exists(checkpoints / "step-9.damaged"));
  EXPECT_TRUE(fs::exists(checkpoints / "step-9"));
}

TEST_F(ResumeTest, SaysThatThereIsNoCheckpointYet) {
  tiny_.train("run");
  const std::string whole = tiny_.weights("run");
  rewind_run(tiny_.path("run"), 0);
  ::testing::internal::CaptureStderr();
  resume();
  EXPECT_THAT(
      ::testing::internal::GetCapturedStderr(),
      ::testing::HasSubstr("finds no checkpoint, so starts at the first step"));
  EXPECT_EQ(tiny_.weights("run"), whole);
}

TEST_F(ResumeTest, CheckpointsThatAreAllDamagedAreAnError) {
  tiny_.train("run");
  rewind_run(tiny_.path("run"), 3);
  fs::remove(
      tiny_.path("run") / "checkpoints" / "step-3" / "optimizer.safetensors");
  EXPECT_ERROR(Error, "none of its 1 checkpoints can be used", resume());
}

TEST_F(ResumeTest, RemovesWhatAKilledWriterLeft) {
  tiny_.train("run");
  const std::string whole = tiny_.weights("run");
  rewind_run(tiny_.path("run"), 9);
  const fs::path checkpoints = tiny_.path("run") / "checkpoints";
  const fs::path left = checkpoints / ".step-12.tmp-123-0badcafe";
  ASSERT_TRUE(is_temporary_name(left));
  fs::create_directories(left / "model");
  write_text(left / "model" / "model.safetensors", "half");
  resume();
  EXPECT_EQ(tiny_.weights("run"), whole);
  EXPECT_FALSE(fs::exists(left));
}

// Killed between the last checkpoint and the line that says "finished".
TEST_F(ResumeTest, WritesTheModelOfALastMomentKillAgain) {
  tiny_.train("run");
  const std::string whole = tiny_.weights("run");
  const fs::path run = tiny_.path("run");
  Json record = read_json(run / "run.json");
  record.erase("result");
  write_json(run / "run.json", record);
  write_text(run / "model" / "model.safetensors", "another");
  fs::create_directory(run / ".model.tmp-123-0badcafe");
  const Json result = resume();
  EXPECT_EQ(result["steps"], 12);
  EXPECT_EQ(tiny_.weights("run"), whole);
  EXPECT_EQ(read_json(run / "run.json")["result"], result);
  EXPECT_FALSE(fs::exists(run / ".model.tmp-123-0badcafe"));
}

TEST_F(ResumeTest, AFinishedRunGivesItsResultAgain) {
  const Json first = tiny_.train("run");
  const std::string metrics = read_text(tiny_.path("run") / "metrics.jsonl");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(resume(), first);
  EXPECT_THAT(
      ::testing::internal::GetCapturedStderr(),
      ::testing::HasSubstr("is finished already"));
  EXPECT_EQ(read_text(tiny_.path("run") / "metrics.jsonl"), metrics);
}

TEST_F(ResumeTest, NeedsNoConfigButARunOrAConfig) {
  tiny_.train("run");
  const std::string whole = tiny_.weights("run");
  rewind_run(tiny_.path("run"), 3);
  train({.output = tiny_.path("run"), .resume = true});
  EXPECT_EQ(tiny_.weights("run"), whole);
  EXPECT_ERROR(
      UsageError,
      "holds no run to go on with; give a CONFIG",
      train({.output = tiny_.path("absent"), .resume = true}));
  // A script may always pass --resume.
  tiny_.train("fresh", {}, true);
  EXPECT_EQ(tiny_.weights("fresh"), whole);
}

TEST_F(ResumeTest, RefusesOtherMathematicsAndOtherData) {
  tiny_.train("run");
  rewind_run(tiny_.path("run"), 3);
  EXPECT_ERROR(
      UsageError,
      "[optimizer.lr] is 0.01 in the run to resume, but 0.02 now",
      resume({"optimizer.lr=2.0e-2"}));
  EXPECT_ERROR(
      UsageError,
      "[data.train] is not what the run was started with: the xxh3 of " +
          tiny_.path("val.tokens").string() + " is ",
      resume({"data.train=" + tiny_.path("val.tokens").string()}));
  // Its place may change, and what does not touch the weights.
  const std::string whole = [&] {
    tiny_.train("whole");
    return tiny_.weights("whole");
  }();
  fs::copy_file(tiny_.path("train.tokens"), tiny_.path("moved.tokens"));
  resume(
      {"data.train=" + tiny_.path("moved.tokens").string(),
       "train.eval_every=4",
       "train.keep_last=1"});
  EXPECT_EQ(tiny_.weights("run"), whole);
}

TEST_F(ResumeTest, ARunWithoutItsRecordIsNamed) {
  tiny_.train("run");
  fs::remove(tiny_.path("run") / "run.json");
  EXPECT_ERROR(
      Error,
      tiny_.path("run").string() + "] lacks run.json",
      train({.output = tiny_.path("run"), .resume = true}));
}

TEST_F(ResumeTest, RefusesARunInUse) {
  tiny_.train("run");
  rewind_run(tiny_.path("run"), 3);
  {
    const RunLock other(tiny_.path("run"));
    EXPECT_ERROR(Error, "is in use", resume());
  }
  EXPECT_NO_THROW(resume());
}

TEST_F(ResumeTest, AFullDiskLeavesEarlierCheckpointsWhole) {
  tiny_.train("run");
  const std::string whole = tiny_.weights("run");
  rewind_run(tiny_.path("run"), 6);
  ignore_file_signals();
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  // Enough for logs and config, too little for the weights.
  const rlimit limit{20'000, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const std::string message = testing::error_of<Error>([&] { resume(); });
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_THAT(message, ::testing::HasSubstr("free some space"));
  std::set<std::string> left;
  for (const auto& entry :
       fs::directory_iterator(tiny_.path("run") / "checkpoints")) {
    left.insert(entry.path().filename());
  }
  EXPECT_EQ(left, (std::set<std::string>{"step-3", "step-6"}));
  resume();
  EXPECT_EQ(tiny_.weights("run"), whole);
}

} // namespace
} // namespace nanobrain
