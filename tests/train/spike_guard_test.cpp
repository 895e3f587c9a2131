#include "nanobrain/train/spike_guard.h"

#include <array>
#include <cmath>
#include <numeric>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "nanobrain/data/window_sampler.h"
#include "nanobrain/run/metrics_log.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/train/initial_model.h"
#include "nanobrain/train/trainer.h"
#include "tests/train/tiny_run.h"

namespace nanobrain {
namespace {

using namespace nanobrain::testing;
using ::testing::HasSubstr;

TEST(RobustZscore, IsNumPys) {
  const Json golden =
      read_json(source_dir() / "tests/golden/training.json")["zscores"];
  ASSERT_EQ(golden.size(), 4U);
  for (const Json& item : golden) {
    const double zscore = robust_zscore(item["x"], item["values"]);
    EXPECT_NEAR(zscore, item["zscore"].get<double>(), 1e-12 * std::abs(zscore));
  }
}

// By hand: median 4, absolute deviations 3 2 1 0 1 2 3 with median 2.
TEST(RobustZscore, IsTheDistanceInScaledDeviations) {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7};
  EXPECT_DOUBLE_EQ(robust_zscore(10, values), 6 / (1.4826 * 2));
  EXPECT_DOUBLE_EQ(robust_zscore(1, values), -3 / (1.4826 * 2));
}

SpikeGuard guard_of(double zscore) {
  TrainConfig config;
  config.spike_zscore = zscore;
  config.spike_window = 8;
  return SpikeGuard(config);
}

/// A guard over 8 updates of losses 1 to 8 and norms 11 to 18, with z-scores of
/// (x - 4.5) / 2.9652 and (x - 14.5) / 2.9652.
struct Filled {
  Filled() {
    for (int step = 1; step <= 8; ++step) EXPECT_FALSE(check(step, 10 + step));
  }
  std::optional<std::string> check(double loss, double grad_norm) {
    return guard.check(++step, loss, grad_norm, history);
  }
  SpikeGuard guard = guard_of(4);
  SpikeHistory history;
  int64_t step = 0;
};

TEST(SpikeGuard, SkipsWhatLiesFarAboveAndOnlyThat) {
  Filled filled;
  const auto before = filled.history.losses;
  EXPECT_FALSE(Filled().check(4.5 + 11.8, 14.5)); // 3.98
  EXPECT_THAT(
      filled.check(4.5 + 11.9, 14.5).value(), // 4.01
      HasSubstr("loss of 16.4 has a robust z-score of 4.0 over the last 8"));
  EXPECT_THAT(
      filled.check(4.5, 14.5 + 29.652).value(),
      HasSubstr("gradient norm of 44.15 has a robust z-score of 10.0"));
  EXPECT_EQ(filled.history.skipped_steps, 2);
  EXPECT_EQ(filled.history.losses, before); // no spike among them
  EXPECT_FALSE(filled.check(-1e6, -1e6));   // far below is no spike
  EXPECT_EQ(filled.history.skipped_in_a_row, 0);
  EXPECT_EQ(filled.history.losses.front(), 2); // the oldest is forgotten
  EXPECT_EQ(filled.history.grad_norms.back(), -1e6);
}

TEST(SpikeGuard, FirstFillsItsWindowAndIsOffAtZero) {
  const SpikeGuard guard = guard_of(4), off = guard_of(0);
  SpikeHistory history, none;
  for (int step = 1; step <= 8; ++step) {
    EXPECT_FALSE(guard.check(step, std::exp(step), step, history));
    EXPECT_FALSE(off.check(step, step, step, none));
  }
  EXPECT_TRUE(guard.check(9, 1e9, 9, history));
  EXPECT_FALSE(off.check(9, 1e9, 1e9, none));
  EXPECT_TRUE(none.losses.empty());
}

TEST(SpikeGuard, TenInARowAreAnError) {
  Filled filled;
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(filled.check(1e3, 15));
  EXPECT_ERROR(
      Error,
      "step 18 is the 10th in a row to be skipped",
      filled.check(1e3, 15));
  Filled other;
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(other.check(1e3, 15));
  EXPECT_FALSE(other.check(5, 15));
  EXPECT_TRUE(other.check(1e3, 15));
}

/// The tiny run, with a guard, on text of which two regions of three windows
/// are of random ids, which no model can learn.
class DamagedData : public ::testing::Test {
 protected:
  static constexpr int64_t kSteps = 90, kLength = 16, kBatch = 2;
  static constexpr int64_t kDamage = 3 * kLength;
  static constexpr std::array<int64_t, 2> kDamaged = {200, 1000}; // begin there

  DamagedData() {
    const TokenFile file(tiny_.path("train.tokens"));
    std::vector<TokenId> ids;
    for (int64_t i = 0; i < file.size(); ++i) ids.push_back(file[i]);
    Random random(5);
    for (const int64_t begin : kDamaged) {
      for (int64_t i = 0; i < kDamage; ++i) {
        ids[static_cast<size_t>(begin + i)] = static_cast<TokenId>(
            random.below(static_cast<uint64_t>(file.info().vocab_size)));
      }
    }
    TokenFileWriter writer(tiny_.path("damaged.tokens"), *tiny_tokenizer());
    writer.append_part(ids);
    writer.end_document(file.info().source_bytes);
    writer.finish();
  }

  Json train(const std::string& name, bool resume = false) const {
    return tiny_.train(name, overrides_, resume);
  }

  /// Ids of the damage among the targets of a step.
  int64_t damage(int64_t step) const {
    const TokenFile file(tiny_.path("damaged.tokens"));
    int64_t count = 0;
    for (const int64_t window :
         WindowSampler(file.size(), kLength, 42).draw(step * kBatch, kBatch)) {
      for (const int64_t begin : kDamaged) {
        const int64_t first = std::max(window + 1, begin);
        const int64_t last = std::min(window + 1 + kLength, begin + kDamage);
        count += std::max<int64_t>(0, last - first);
      }
    }
    return count;
  }

  fs::path checkpoint(const std::string& name, int64_t step) const {
    return tiny_.path(name) / fmt::format("checkpoints/step-{}", step);
  }

  const TinyRun tiny_;
  const std::vector<std::string> overrides_ = {
      "data.train=" + tiny_.path("damaged.tokens").string(),
      fmt::format("train.steps={}", kSteps),
      fmt::format("train.batch_size={}", kBatch),
      "train.eval_every=0",
      "train.checkpoint_every=1",
      "train.keep_last=100",
      "train.sample_every=0",
      "train.spike_zscore=6",
      "train.spike_window=32",
      "optimizer.lr=3.0e-2"};
};

TEST_F(DamagedData, IsSkippedAndLeavesWeightsAndMomentsAlone) {
  ::testing::internal::CaptureStderr();
  const Json result = train("run");
  const std::string said = ::testing::internal::GetCapturedStderr();
  const auto metrics = read_metrics(tiny_.path("run") / "metrics.jsonl");
  ASSERT_EQ(metrics.size(), static_cast<size_t>(kSteps));
  int64_t skipped = 0;
  for (int64_t step = 2; step <= kSteps; ++step) {
    const Json& line = metrics[static_cast<size_t>(step - 1)];
    const auto same = [&](const char* file) {
      return sha256_of_file(checkpoint("run", step) / file) ==
             sha256_of_file(checkpoint("run", step - 1) / file);
    };
    const bool is_skipped = line["skipped_steps"] != skipped;
    skipped = line["skipped_steps"];
    EXPECT_EQ(same("model/model.safetensors"), is_skipped) << step;
    EXPECT_EQ(same("optimizer.safetensors"), is_skipped) << step;
    EXPECT_EQ(line.contains("update_to_weight"), !is_skipped) << step;
    EXPECT_EQ(
        said.find(fmt::format("train: step {} is skipped: its ", step)) !=
            std::string::npos,
        is_skipped)
        << step;
    if (is_skipped) {
      EXPECT_GT(damage(step - 1), 0) << step;
    }
    // A whole window: half of the batch has the loss of random ids.
    if (step > 40 && damage(step - 1) >= kLength - 2) {
      EXPECT_TRUE(is_skipped) << step;
    }
  }
  EXPECT_GE(skipped, 2);
  EXPECT_EQ(result["skipped_steps"], skipped);
  EXPECT_EQ(result["steps"], kSteps);
}

TEST_F(DamagedData, ARunIsResumedToTheBitAroundASpike) {
  const Json whole_result = train("whole");
  const fs::path whole = tiny_.path("whole"), run = tiny_.path("run");
  const auto metrics = metrics_without_times(whole);
  int64_t spike = 0;
  for (const Json& line : metrics) {
    if (spike == 0 && line["skipped_steps"] == 2) spike = line["step"];
  }
  ASSERT_GT(spike, 34);
  fs::copy(whole, run, fs::copy_options::recursive);
  for (const int64_t step : {spike + 1, spike, spike - 1}) {
    rewind_run(run, step);
    const Json result = train("run", /*resume=*/true);
    EXPECT_EQ(result["skipped_steps"], whole_result["skipped_steps"]);
    EXPECT_EQ(tiny_.weights("run"), tiny_.weights("whole")) << step;
    EXPECT_EQ(metrics_without_times(run), metrics) << step;
  }
}

/// Notes which updates it is asked for, and takes none.
class Listener : public Optimizer {
 public:
  explicit Listener(std::vector<int64_t>& steps) : steps_(steps) {}
  void step(int64_t step, double, double) override { steps_.push_back(step); }
  NamedTensors state() const override { return {}; }

 private:
  std::vector<int64_t>& steps_;
};

// Adam's correction of its moments is by the updates that they have had.
TEST_F(DamagedData, UpdatesAreCountedWithoutTheSkippedSteps) {
  std::vector<int64_t> steps;
  optimizers()["listener"] = [&](const UpdateConfig&, auto) {
    return std::make_unique<Listener>(steps);
  };
  RunConfig config = read_run_config(tiny_.config(), overrides_);
  config.optimizer.kind = "listener";
  config.train.checkpoint_every = 0;
  // Untrained it gives all windows the same loss, but for some noise.
  config.train.spike_zscore = 1;
  const TrainingInputs inputs = open_inputs(config);
  const RunFolder run{tiny_.path("run")};
  fs::create_directory(run.root);
  Trainer trainer(config, inputs, initial_model(config, inputs), run);
  trainer.run();
  const int64_t skipped = trainer.state().spikes.skipped_steps;
  EXPECT_GT(skipped, 0);
  std::vector<int64_t> expected(static_cast<size_t>(kSteps - skipped));
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(steps, expected);
  optimizers().erase("listener");
}

} // namespace
} // namespace nanobrain
