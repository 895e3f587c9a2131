// Batches and contexts that grow over the first steps of a run.
#include "nanobrain/config/warmup.h"

#include "nanobrain/run/metrics_log.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/train/initial_model.h"
#include "nanobrain/train/inputs.h"
#include "nanobrain/train/step_gradients.h"
#include "tests/train/tiny_run.h"

namespace nanobrain {
namespace {

using namespace nanobrain::testing;

// 1 1 2 2 3 3 4 4 ... windows (1 + 3 s / 7, rounded), 4 4 4 4 8 8 8 8 16 ...
// tokens.
const std::vector<std::string> kWarmups = {
    "train.batch_warmup.from=1",
    "train.batch_warmup.steps=7",
    "train.context_warmup.from=4",
    "train.context_warmup.steps=8"};

TEST(Warmup, StepsCutTheSameSequenceOfWindows) {
  const TinyRun tiny;
  for (const int64_t micros : {1, 2}) {
    auto overrides = kWarmups;
    overrides.push_back(fmt::format("train.grad_accum_steps={}", micros));
    const RunConfig config = read_run_config(tiny.config(), overrides);
    const TrainingInputs inputs = open_inputs(config);
    const BatchSource warm(inputs.train, config.train);
    const WindowSampler sampler(inputs.train.size(), 16, 42);
    int64_t window = 0;
    for (int64_t step = 0; step < 12; ++step) {
      for (int64_t micro = 0; micro < micros; ++micro) {
        const Batch batch = warm.micro_batch(step, micro);
        EXPECT_EQ(batch.inputs.size(1), step < 4 ? 4 : step < 8 ? 8 : 16);
        const torch::Tensor inputs_of = batch.inputs.view({-1, 16});
        const torch::Tensor targets = batch.targets.view({-1, 16});
        EXPECT_EQ(inputs_of.size(0), step < 7 ? 1 + (6 * step + 7) / 14 : 4);
        for (int64_t row = 0; row < inputs_of.size(0); ++row, ++window) {
          const int64_t begin = sampler.window_begin(window);
          for (int64_t i = 0; i < 16; ++i) {
            ASSERT_EQ(
                inputs_of[row][i].item<int64_t>(), inputs.train[begin + i]);
            ASSERT_EQ(
                targets[row][i].item<int64_t>(), inputs.train[begin + i + 1]);
          }
        }
      }
    }
    EXPECT_EQ(window, config.train.windows_of(12));
    EXPECT_EQ(inputs.seen(config.train, 12)["windows"], window);
  }
}

TEST(Warmup, AStepIsThatOfItsTokensInShorterWindows) {
  const TinyRun tiny;
  const RunConfig config = read_run_config(tiny.config(), kWarmups);
  const TrainingInputs inputs = open_inputs(config);
  NanoLM model = initial_model(config, inputs);
  GradientPass pass(model, false);
  const StepMeans means = take_gradients(
      config, BatchSource(inputs.train, config.train), pass, /*step=*/5);
  std::vector<torch::Tensor> gradients;
  for (const auto& p : model->parameters()) gradients.push_back(p.grad());

  // Windows before: 1 + 1 + 2 + 2 + 3, then 3 of this step, in halves.
  const WindowSampler sampler(inputs.train.size(), 16, 42);
  Batch batch{
      torch::empty({6, 8}, torch::kInt64), torch::empty({6, 8}, torch::kInt64)};
  for (int64_t row = 0; row < 6; ++row) {
    const int64_t begin = sampler.window_begin(9 + row / 2) + row % 2 * 8;
    for (int64_t i = 0; i < 8; ++i) {
      batch.inputs[row][i] = static_cast<int64_t>(inputs.train[begin + i]);
      batch.targets[row][i] = static_cast<int64_t>(inputs.train[begin + i + 1]);
    }
  }
  pass.begin_step();
  const BatchSums sums = pass.loss_and_gradients(batch, 1.0 / 48);
  EXPECT_DOUBLE_EQ(means.loss, sums.nats.item<double>() / 48);
  const auto parameters = model->parameters();
  for (size_t i = 0; i < gradients.size(); ++i) {
    EXPECT_TRUE(torch::equal(gradients[i], parameters[i].grad())) << i;
  }
}

TEST(Warmup, ARunCountsTheTokensThatItTakesAndResumesToTheBit) {
  const TinyRun tiny;
  const Json result = tiny.train("whole", kWarmups);
  // 1 1 2 2 3 3 4, then five whole steps.
  const std::vector<int64_t> windows = {
      1, 2, 4, 6, 9, 12, 16, 20, 24, 28, 32, 36};
  const auto lines = read_metrics(tiny.path("whole") / "metrics.jsonl");
  ASSERT_EQ(lines.size(), windows.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i]["tokens"], 16 * windows[i]) << i;
  }
  EXPECT_EQ(result["tokens"], 16 * 36);
  const Json model =
      read_json(tiny.path("whole") / "model/nanobrain.json")["training"];
  EXPECT_EQ(model["windows"], 36);
  EXPECT_EQ(model["seq_len"], 16);

  tiny.train("run", kWarmups);
  for (const int64_t step : {3, 6, 9}) {
    SCOPED_TRACE(step);
    rewind_run(tiny.path("run"), step);
    tiny.train("run", kWarmups, true);
    EXPECT_EQ(tiny.weights("run"), tiny.weights("whole"));
    EXPECT_EQ(
        metrics_without_times(tiny.path("run")),
        metrics_without_times(tiny.path("whole")));
  }
  tiny.train("plain");
  EXPECT_NE(tiny.weights("plain"), tiny.weights("whole"));
}

} // namespace
} // namespace nanobrain
