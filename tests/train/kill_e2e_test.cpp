// The program itself, killed and stopped while it trains.
#include <fmt/ranges.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "nanobrain/base/random.h"
#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using std::chrono::milliseconds;

/// A second of training, and several where it saves every second step.
constexpr int64_t kSteps = 120;

class KillTest : public CommandTest {
 protected:
  static std::string command(
      const std::string& run, int64_t checkpoint_every = 40) {
    return fmt::format(
        "nanobrain train world/run.yaml --output {} --resume --quiet "
        "--set train.steps={} --set train.checkpoint_every={} "
        "--set train.keep_last=2 --set train.eval_every=20 "
        "--set train.sample_every=20 --set train.sample_tokens=5",
        run,
        kSteps,
        checkpoint_every);
  }
  std::vector<Json> metrics(const std::string& run) const {
    std::istringstream text(read(run + "/metrics.jsonl"));
    std::vector<Json> lines;
    for (std::string line; std::getline(text, line);) {
      lines.push_back(Json::parse(line));
    }
    return lines;
  }
  uintmax_t metrics_size(const std::string& run) const {
    std::error_code absent;
    const auto size = fs::file_size(path(run + "/metrics.jsonl"), absent);
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
    output(command("whole"));
    const auto same = [&](const std::string& file) {
      return read(run + "/" + file) == read("whole/" + file);
    };
    EXPECT_TRUE(same("model/model.safetensors"));
    EXPECT_TRUE(same("samples.txt"));
    const auto expected = metrics("whole");
    const auto got = metrics(run);
    ASSERT_EQ(got.size(), expected.size());
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i]["step"], expected[i]["step"]);
      EXPECT_EQ(got[i]["train_loss"], expected[i]["train_loss"]);
      EXPECT_EQ(got[i]["grad_norm"], expected[i]["grad_norm"]);
      EXPECT_EQ(
          got[i].value("val_loss", 0.0), expected[i].value("val_loss", 0.0));
    }
    std::set<std::string> left;
    for (const auto& entry : fs::directory_iterator(path(run))) {
      left.insert(entry.path().filename().string().substr(0, 6));
    }
    EXPECT_EQ(
        fmt::format("{}", fmt::join(left, " ")),
        ".lock checkp config events metric model run.js sample");
  }
};

TEST_F(KillTest, KilledAtRandomMomentsItEndsInTheSameBits) {
  const char* given = std::getenv("NANOBRAIN_TEST_SEED");
  const uint64_t seed =
      given != nullptr ? std::stoull(given) : std::random_device{}();
  SCOPED_TRACE(fmt::format("again with NANOBRAIN_TEST_SEED={}", seed));
  Random random(seed);
  int64_t kills = 0;
  for (bool finished = false; !finished && kills < 12;) {
    ChildProcess child = start(command("run", 2)); // mostly saving
    // Twice while it starts, then while it takes steps and saves them.
    if (kills >= 2) wait_for_steps(child, "run");
    std::this_thread::sleep_for(
        milliseconds(random.below(kills < 2 ? 600 : 100)));
    finished = !child.running();
    if (finished) {
      ASSERT_EQ(child.wait(), 0) << read("stderr");
    } else {
      child.signal(SIGKILL);
      child.wait();
      ++kills;
    }
  }
  EXPECT_GE(kills, 4) << "the run was over too soon to say anything";
  RecordProperty("kills", static_cast<int>(kills));
  output(command("run"));
  expect_same_as_uninterrupted("run");
}

TEST_F(KillTest, SignalsSaveFirst) {
  for (const int number : {SIGTERM, SIGINT}) {
    ChildProcess child = start(command("run", 40));
    wait_for_steps(child, "run");
    child.signal(number);
    ASSERT_EQ(child.wait(), 130) << read("stderr");
    EXPECT_THAT(
        read("stderr"), ::testing::HasSubstr("resume it with --resume"));
    const auto lines = metrics("run");
    EXPECT_LT(static_cast<int64_t>(lines.size()), kSteps);
    EXPECT_TRUE(exists(fmt::format(
        "run/checkpoints/step-{}", lines.back()["step"].get<int64_t>())));
  }
  output(command("run"));
  expect_same_as_uninterrupted("run");
}

} // namespace
} // namespace nanobrain::testing
