#include "nanobrain/model/gradient_pass.h"

#include <torch/nn/functional/loss.h>

#include "nanobrain/kernels/isa.h"
#include "tests/support/devices.h"
#include "tests/support/support.h"
#include "tests/support/tensor_error.h"

namespace nanobrain {
namespace {

using testing::relative_error;

ModelConfig config_of(bool bias, int64_t model_dim = 32) {
  return {
      .num_layers = 2,
      .num_heads = 2,
      .model_dim = model_dim,
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
    const ModelConfig& config,
    const std::vector<Batch>& batches,
    bool bf16,
    torch::Device device = torch::kCPU) {
  NanoLM model(config, 1);
  model->to(device);
  GradientPass pass(model, bf16);
  pass.begin_step();
  for (const auto& batch : batches) {
    pass.loss_and_gradients(batch.to(device), 0.25);
  }
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
    for (const auto& device : testing::devices()) {
      for (const auto& [name, gradient] :
           gradients(config, batches, false, device)) {
        ASSERT_TRUE(gradient.defined()) << name;
        // Sums of some 800 products in f32 on both sides.
        EXPECT_LT(relative_error(gradient, expected.at(name)), 5e-6)
            << name << " on " << device;
      }
    }
  }
}

// bf16 rounds by 2^-9 at most; no parameter's gradient is off by much more. At
// a width of 128 the blocks are in bf16, too, of which each rounds in turn.
TEST(GradientPass, Bf16IsNear) {
  for (const int64_t width : {32, 128}) {
    const ModelConfig config = config_of(false, width);
    const std::vector<Batch> batches = {random_batch(8, 20, 700)};
    const auto expected = reference(config, batches);
    const double tolerance = width == 32 ? 1e-2 : 3e-2;
    for (const auto& device : testing::devices()) {
      for (const auto& [name, gradient] :
           gradients(config, batches, true, device)) {
        EXPECT_LT(relative_error(gradient, expected.at(name)), tolerance)
            << name << ", " << width << " on " << device;
      }
    }
  }
}

/// With 1, 2 and 3 threads.
void expect_same_bits(const ModelConfig& config, const Batch& batch) {
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto one = gradients(config, {batch}, true);
  for (const int count : {2, 3}) {
    at::set_num_threads(count);
    for (const auto& [name, gradient] : gradients(config, {batch}, true)) {
      EXPECT_TRUE(gradient.equal(one.at(name)))
          << name << ", " << count << ", " << config.model_dim;
    }
    EXPECT_EQ(at::get_num_threads(), count);
  }
  at::set_num_threads(threads);
}

TEST(GradientPass, GivesTheSameBitsForAnyNumberOfThreads) {
  if (kernel_isa() == Isa::kPortable) {
    GTEST_SKIP() << "LibTorch's own products do not promise it";
  }
  for (const int64_t width : {32, 128}) {
    expect_same_bits(config_of(true, width), random_batch(9, 20, 700));
    expect_same_bits(config_of(true, width), random_batch(70, 5, 700));
  }
  ModelConfig config = config_of(true, 64);
  config.max_seq_len = 256;
  expect_same_bits(config, random_batch(1, 256, 700));
}

// The turn of a group that fails passes on, else the others would wait forever.
TEST(GradientPass, AFailureInAGroupEndsThePass) {
  const int threads = at::get_num_threads();
  at::set_num_threads(2);
  NanoLM model(config_of(true), 1);
  GradientPass pass(model, false);
  Batch batch = random_batch(9, 20, 700);
  model->h[1]->as<Block>()->mlp->c_fc->weight.requires_grad_(false);
  EXPECT_ANY_THROW(pass.loss_and_gradients(batch, 1));
  at::set_num_threads(threads);
}

} // namespace
} // namespace nanobrain
