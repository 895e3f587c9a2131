#include "nanobrain/train/trainer.h"

#include "nanobrain/run/run_config_file.h"
#include "nanobrain/train/inputs.h"
#include "tests/train/tiny_run.h"

namespace nanobrain {
namespace {

using testing::TinyRun;

struct Gradients {
  double loss = 0;
  std::vector<torch::Tensor> tensors;
};

Gradients gradients_of(
    const TinyRun& tiny,
    const std::string& name,
    const std::vector<std::string>& overrides) {
  const RunConfig config = read_run_config(tiny.config(), overrides);
  const TrainingInputs inputs = open_inputs(config);
  std::filesystem::create_directory(tiny.path(name));
  Trainer trainer(
      config,
      inputs,
      initial_model(config, *inputs.tokenizer),
      RunFolder{tiny.path(name)});
  Gradients result;
  result.loss = trainer.accumulate_gradients(3);
  for (const auto& parameter : trainer.model()->parameters()) {
    result.tensors.push_back(parameter.grad());
  }
  return result;
}

TEST(TrainerTest, MicroBatchesAddUpToABigBatch) {
  const TinyRun tiny;
  const Gradients whole = gradients_of(
      tiny, "whole", {"train.batch_size=8", "train.grad_accum_steps=1"});
  const Gradients parts = gradients_of(
      tiny, "parts", {"train.batch_size=2", "train.grad_accum_steps=4"});
  const Gradients other = gradients_of(
      tiny,
      "other",
      {"train.batch_size=2", "train.grad_accum_steps=4", "train.data_seed=7"});
  // The same sums in another order, in f32: a few roundings of 6e-8.
  constexpr double kTolerance = 2e-6;
  EXPECT_NEAR(parts.loss, whole.loss, kTolerance * whole.loss);
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

// A second derivation: the loss from the whole logits, by LibTorch.
TEST(TrainerTest, LossIsTheMeanCrossEntropyOfTheWindows) {
  const TinyRun tiny;
  const RunConfig config = read_run_config(tiny.config());
  const TrainingInputs inputs = open_inputs(config);
  std::filesystem::create_directory(tiny.path("run"));
  Trainer trainer(
      config,
      inputs,
      initial_model(config, *inputs.tokenizer),
      RunFolder{tiny.path("run")});
  const double loss = trainer.accumulate_gradients(5);
  const BatchSource batches(inputs.train, config.train, torch::kCPU);
  const Batch batch = batches.micro_batch(5, 0);
  const torch::Tensor logits = trainer.model()->forward(batch.inputs);
  const double expected =
      torch::nn::functional::cross_entropy(
          logits.flatten(0, 1).to(torch::kFloat64), batch.targets.flatten())
          .item<double>();
  EXPECT_NEAR(loss, expected, 1e-6 * expected); // f32 logits
}

TEST(BatchTest, TargetsAreTheTokensThatFollow) {
  const TinyRun tiny;
  const RunConfig config = read_run_config(tiny.config());
  const TrainingInputs inputs = open_inputs(config);
  const BatchSource batches(inputs.train, config.train, torch::kCPU);
  const WindowSampler sampler(inputs.train.size(), 16, 42);
  const Batch batch = batches.micro_batch(2, 0);
  ASSERT_EQ(batch.inputs.sizes(), (std::vector<int64_t>{4, 16}));
  const auto begins = sampler.batch(2, 4);
  for (int64_t row = 0; row < 4; ++row) {
    for (int64_t i = 0; i < 16; ++i) {
      const int64_t at = begins[static_cast<size_t>(row)] + i;
      EXPECT_EQ(batch.inputs[row][i].item<int64_t>(), inputs.train[at]);
      EXPECT_EQ(batch.targets[row][i].item<int64_t>(), inputs.train[at + 1]);
    }
  }
}

} // namespace
} // namespace nanobrain
