#include "nanobrain/train/trainer.h"

#include <torch/nn/functional/loss.h>

#include "nanobrain/run/run_config_file.h"
#include "nanobrain/train/initial_model.h"
#include "nanobrain/train/inputs.h"
#include "tests/train/tiny_run.h"

namespace nanobrain {
namespace {

using testing::TinyRun;

/// Loss and gradients at a step, where none was taken before.
struct Gradients {
  Gradients(
      const TinyRun& tiny,
      const std::string& name,
      const std::vector<std::string>& overrides = {},
      int64_t step = 3)
      : config(read_run_config(tiny.config(), overrides)) {
    std::filesystem::create_directory(tiny.path(name));
    const RunFolder folder{tiny.path(name)};
    Trainer trainer(config, inputs, model, folder);
    means = trainer.accumulate_gradients(step);
    for (const auto& parameter : model->parameters()) {
      tensors.push_back(parameter.grad());
    }
  }
  RunConfig config;
  TrainingInputs inputs = open_inputs(config);
  NanoLM model = initial_model(config, inputs);
  StepMeans means;
  std::vector<torch::Tensor> tensors;
};

TEST(TrainerTest, MicroBatchesAddUpToABigBatch) {
  const TinyRun tiny;
  const Gradients whole(
      tiny, "whole", {"train.batch_size=8", "train.grad_accum_steps=1"});
  std::vector<std::string> overrides = {
      "train.batch_size=2", "train.grad_accum_steps=4"};
  const Gradients parts(tiny, "parts", overrides);
  overrides.emplace_back("train.data_seed=7");
  const Gradients other(tiny, "other", overrides);
  // The same sums in another order, in f32: a few roundings of 6e-8.
  constexpr double kTolerance = 2e-6;
  EXPECT_NEAR(
      parts.means.loss, whole.means.loss, kTolerance * whole.means.loss);
  ASSERT_EQ(parts.tensors.size(), whole.tensors.size());
  for (size_t i = 0; i < whole.tensors.size(); ++i) {
    const double norm = whole.tensors[i].norm().item<double>();
    EXPECT_GT(norm, 0);
    EXPECT_LT(
        (parts.tensors[i] - whole.tensors[i]).norm().item<double>(),
        kTolerance * norm);
    EXPECT_GT(
        (other.tensors[i] - whole.tensors[i]).norm().item<double>(),
        100 * kTolerance * norm);
  }
}

// A second derivation: the loss by LibTorch, of windows that the sampler names.
TEST(TrainerTest, LossIsTheMeanCrossEntropyOfTheWindows) {
  const TinyRun tiny;
  Gradients run(tiny, "run", {}, 5);
  const TokenFile& file = run.inputs.train;
  const Batch batch = BatchSource(file, run.config.train).micro_batch(5, 0);
  const torch::Tensor logits = run.model->forward(batch.inputs);
  const double expected =
      torch::nn::functional::cross_entropy(
          logits.flatten(0, 1).to(torch::kFloat64), batch.targets.flatten())
          .item<double>();
  EXPECT_NEAR(run.means.loss, expected, 1e-6 * expected); // f32 logits
  const double log_z =
      logits.to(torch::kFloat64).logsumexp(-1).mean().item<double>();
  EXPECT_NEAR(run.means.log_z, log_z, 1e-6 * log_z);

  ASSERT_EQ(batch.inputs.sizes(), (std::vector<int64_t>{4, 16}));
  const auto begins = WindowSampler(file.size(), 16, 42).draw(5 * 4, 4);
  for (int64_t row = 0; row < 4; ++row) {
    for (int64_t i = 0; i < 16; ++i) {
      const int64_t at = begins[static_cast<size_t>(row)] + i;
      EXPECT_EQ(batch.inputs[row][i].item<int64_t>(), file[at]);
      EXPECT_EQ(batch.targets[row][i].item<int64_t>(), file[at + 1]);
    }
  }
}

} // namespace
} // namespace nanobrain
