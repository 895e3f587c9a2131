#include "nanobrain/model/gradient_pass.h"

#include <torch/nn/functional/loss.h>

#include "nanobrain/kernels/isa.h"
#include "tests/support/support.h"
#include "tests/support/tensor_error.h"

namespace nanobrain {
namespace {

using testing::relative_error;

ModelConfig config_of(bool bias) {
  return {
      .num_layers = 2,
      .num_heads = 2,
      .model_dim = 32,
      .ffn_dim = 48,
      .vocab_size = 700,
      .max_seq_len = 20,
      .bias = bias};
}

Batch random_batch(int64_t sequences, int64_t length, int64_t vocab_size) {
  torch::manual_seed(sequences);
  return {
      torch::randint(vocab_size, {sequences, length}, torch::kInt64),
      torch::randint(vocab_size, {sequences, length}, torch::kInt64)};
}

using Gradients = std::map<std::string, torch::Tensor>;

Gradients gradients_of(NanoLM& model) {
  Gradients result;
  for (const auto& item : model->named_parameters()) {
    result[item.key()] = item.value().grad();
  }
  return result;
}

/// Of a sum of losses over all batches, by the pass under test.
Gradients gradients(
    const ModelConfig& config, const std::vector<Batch>& batches, bool bf16) {
  NanoLM model(config, 1);
  GradientPass pass(model, bf16);
  pass.begin_step();
  for (const auto& batch : batches) pass.loss_and_gradients(batch, 0.25);
  return gradients_of(model);
}

/// The same by autograd alone, through all logits.
Gradients reference(
    const ModelConfig& config, const std::vector<Batch>& batches) {
  NanoLM model(config, 1);
  for (const auto& batch : batches) {
    const auto loss = torch::nn::functional::cross_entropy(
        model->forward(batch.inputs).flatten(0, 1),
        batch.targets.flatten(),
        torch::nn::functional::CrossEntropyFuncOptions().reduction(
            torch::kSum));
    (0.25 * loss).backward();
  }
  return gradients_of(model);
}

// More sequences than groups and fewer, windows shorter than the positions.
TEST(GradientPass, EqualsAutogradThroughAllLogits) {
  for (const bool bias : {false, true}) {
    const ModelConfig config = config_of(bias);
    const std::vector<Batch> batches = {
        random_batch(37, 20, 700), random_batch(3, 11, 700)};
    const auto expected = reference(config, batches);
    for (const auto& [name, gradient] : gradients(config, batches, false)) {
      ASSERT_TRUE(gradient.defined()) << name;
      // Sums of some 800 products in f32 on both sides.
      EXPECT_LT(relative_error(gradient, expected.at(name)), 5e-6) << name;
    }
  }
}

// bf16 rounds by 2^-9 at most; no parameter's gradient is off by much more.
TEST(GradientPass, Bf16IsNear) {
  const ModelConfig config = config_of(false);
  const std::vector<Batch> batches = {random_batch(8, 20, 700)};
  const auto expected = reference(config, batches);
  for (const auto& [name, gradient] : gradients(config, batches, true)) {
    EXPECT_LT(relative_error(gradient, expected.at(name)), 1e-2) << name;
  }
}

TEST(GradientPass, GivesTheSameBitsForAnyNumberOfThreads) {
  if (kernel_isa() == Isa::kPortable) {
    GTEST_SKIP() << "LibTorch's own products do not promise it";
  }
  const ModelConfig config = config_of(true);
  const std::vector<Batch> batches = {random_batch(9, 20, 700)};
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto one = gradients(config, batches, true);
  for (const int count : {2, 3}) {
    at::set_num_threads(count);
    for (const auto& [name, gradient] : gradients(config, batches, true)) {
      EXPECT_TRUE(gradient.equal(one.at(name))) << name << ", " << count;
    }
  }
  at::set_num_threads(threads);
}

} // namespace
} // namespace nanobrain
