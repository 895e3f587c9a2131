// The program itself, killed and stopped while it trains.
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <random>
#include <set>
#include <thread>

#include "nanobrain/base/random.h"
#include "tests/support/child_process.h"
#include "tests/train/tiny_run.h"

namespace nanobrain {
namespace {

using testing::ChildProcess;
using testing::read_json_lines;
using testing::read_text;
using testing::TinyRun;
namespace fs = std::filesystem;
using std::chrono::milliseconds;

/// A second of training, and several where it saves every second step.
constexpr int64_t kSteps = 120;

class KillTest : public ::testing::Test {
 protected:
  std::vector<std::string> command(
      const std::string& run, int64_t checkpoint_every = 40) const {
    return {
        testing::program(),
        "train",
        tiny_.config(),
        "--output",
        tiny_.path(run),
        "--resume",
        "--quiet",
        "--set",
        fmt::format("train.steps={}", kSteps),
        "--set",
        fmt::format("train.checkpoint_every={}", checkpoint_every),
        "--set",
        "train.keep_last=2",
        "--set",
        "train.eval_every=20",
        "--set",
        "train.sample_every=20"};
  }
  std::unique_ptr<ChildProcess> start(
      const std::string& run, int64_t checkpoint_every) const {
    return std::make_unique<ChildProcess>(
        command(run, checkpoint_every), log());
  }
  std::string log() const { return tiny_.path("stderr.txt"); }

  uintmax_t metrics_size(const std::string& run) const {
    std::error_code absent;
    const auto size = fs::file_size(tiny_.path(run) / "metrics.jsonl", absent);
    return absent ? 0 : size;
  }

  /// Waits until the process has taken steps, or has ended.
  void wait_for_steps(ChildProcess& child, const std::string& run) const {
    const auto before = metrics_size(run);
    while (child.running() && metrics_size(run) <= before) {
      std::this_thread::sleep_for(milliseconds(1));
    }
  }

  void expect_same_as_uninterrupted(const std::string& run) const {
    const auto whole = testing::run_process(command("whole"));
    ASSERT_EQ(whole.exit_code, 0) << whole.err;
    EXPECT_EQ(tiny_.weights(run), tiny_.weights("whole"));
    EXPECT_EQ(
        read_text(tiny_.path(run) / "samples.txt"),
        read_text(tiny_.path("whole") / "samples.txt"));
    const auto expected =
        read_json_lines(tiny_.path("whole") / "metrics.jsonl");
    const auto got = read_json_lines(tiny_.path(run) / "metrics.jsonl");
    ASSERT_EQ(got.size(), expected.size());
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i]["step"], expected[i]["step"]);
      EXPECT_EQ(got[i]["train_loss"], expected[i]["train_loss"]);
      EXPECT_EQ(got[i]["grad_norm"], expected[i]["grad_norm"]);
      EXPECT_EQ(
          got[i].value("val_loss", 0.0), expected[i].value("val_loss", 0.0));
    }
    std::set<std::string> left;
    for (const auto& entry : fs::directory_iterator(tiny_.path(run))) {
      left.insert(entry.path().filename().string().substr(0, 6));
    }
    EXPECT_EQ(
        left,
        (std::set<std::string>{
            "checkp",
            "config",
            "events",
            "metric",
            "model",
            "run.js",
            "sample"}));
  }

  TinyRun tiny_;
};

TEST_F(KillTest, KilledAtRandomMomentsItEndsInTheSameBits) {
  Random random(std::random_device{}());
  int64_t kills = 0;
  for (bool finished = false; !finished && kills < 12;) {
    const auto child = start("run", 2); // saving takes most of the time
    // Twice while it starts, then while it takes steps and saves them.
    if (kills >= 2) wait_for_steps(*child, "run");
    std::this_thread::sleep_for(
        milliseconds(random.below(kills < 2 ? 600 : 250)));
    finished = !child->running();
    if (finished) {
      ASSERT_EQ(child->wait(), 0) << read_text(log());
    } else {
      child->signal(SIGKILL);
      child->wait();
      ++kills;
    }
  }
  EXPECT_GE(kills, 4) << "the run was over too soon to say anything";
  RecordProperty("kills", static_cast<int>(kills));
  const auto last = testing::run_process(command("run"));
  ASSERT_EQ(last.exit_code, 0) << last.err;
  expect_same_as_uninterrupted("run");
}

TEST_F(KillTest, SignalsSaveFirst) {
  for (const int number : {SIGTERM, SIGINT}) {
    const auto child = start("run", 40);
    wait_for_steps(*child, "run");
    child->signal(number);
    ASSERT_EQ(child->wait(), 130) << read_text(log());
    EXPECT_THAT(read_text(log()), ::testing::HasSubstr("go on with --resume"));
    const auto lines = read_json_lines(tiny_.path("run") / "metrics.jsonl");
    EXPECT_LT(static_cast<int64_t>(lines.size()), kSteps);
    EXPECT_TRUE(fs::exists(
        tiny_.path("run") / "checkpoints" /
        fmt::format("step-{}", lines.back()["step"].get<int64_t>())));
  }
  const auto last = testing::run_process(command("run"));
  ASSERT_EQ(last.exit_code, 0) << last.err;
  expect_same_as_uninterrupted("run");
}

} // namespace
} // namespace nanobrain
