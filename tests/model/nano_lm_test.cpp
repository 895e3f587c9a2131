#include "nanobrain/model/nano_lm.h"

#include "nanobrain/base/error.h"
#include "nanobrain/model/gradient_pass.h"
#include "tests/golden/golden_model.h"
#include "tests/support/devices.h"
#include "tests/support/support.h"
#include "tests/support/tensor_error.h"

namespace nanobrain {
namespace {

using namespace testing;
using torch::Tensor;

ModelConfig small_config() {
  return {
      .num_layers = 2,
      .num_heads = 3,
      .model_dim = 30,
      .ffn_dim = 70,
      .vocab_size = 101,
      .max_seq_len = 200};
}

Tensor random_ids(int64_t batch, int64_t length, int64_t vocab_size) {
  torch::manual_seed(7);
  return torch::randint(0, vocab_size, {batch, length}, torch::kInt64);
}

std::vector<std::pair<std::string, torch::Device>> each_kind_and_device() {
  std::vector<std::pair<std::string, torch::Device>> all;
  for (const auto& device : devices()) {
    for (const char* kind : {"erf", "tanh"}) all.emplace_back(kind, device);
  }
  return all;
}

// The golden is made in f64. Some 30 products and norms follow each other,
// each adding rounding of 6e-8 to a few terms: 2e-6 allows for 30 of them, and
// the way back doubles that.
TEST(NanoLM, LogitsLossAndEveryGradientAreTheGoldens) {
  for (const auto& [kind, device] : each_kind_and_device()) {
    SCOPED_TRACE(kind + " on " + device.str());
    const GoldenModel golden(kind);
    NanoLM model = golden.model();
    model->to(device);
    const Tensor tokens = golden.at("tokens").to(device); // (B, T + 1)
    const int64_t T = tokens.size(1) - 1;
    const Tensor ids = tokens.narrow(1, 0, T);
    const Tensor targets = tokens.narrow(1, 1, T).contiguous();
    EXPECT_LT(relative_error(model->forward(ids), golden.at("logits")), 2e-6);
    const double loss = GradientPass(model, /*bf16=*/false)
                            .loss_and_gradients({ids.contiguous(), targets}, 1)
                            .nats.item<double>();
    EXPECT_NEAR(loss / golden.at("loss").item<double>(), 1, 1e-6);
    for (const auto& item : model->named_parameters()) {
      SCOPED_TRACE(item.key());
      EXPECT_LT(
          relative_error(item.value().grad(), golden.at("grad." + item.key())),
          4e-6);
    }
  }
}

// The mean and deviation of n normal draws are themselves off by 1/sqrt(n) and
// 1/sqrt(2n) of the deviation; six times that has odds of 1 in 10^9.
TEST(NanoLM, StartsFromTheDocumentedDistribution) {
  NanoLM model(ModelConfig{});
  for (const auto& item : model->named_parameters()) {
    SCOPED_TRACE(item.key());
    const Tensor& w = item.value();
    if (w.dim() == 1) {
      const bool is_bias = item.key().ends_with("bias");
      EXPECT_TRUE(w.eq(is_bias ? 0 : 1).all().item<bool>());
      continue;
    }
    const bool is_down = item.key().ends_with("mlp.c_proj.weight");
    const double expected = is_down ? 1.0 / 16 : 1.0 / 8; // 1/sqrt(fan_in)
    const auto n = static_cast<double>(w.numel());
    EXPECT_NEAR(w.mean().item<double>(), 0, 6 * expected / std::sqrt(n));
    EXPECT_NEAR(
        w.std().item<double>(), expected, 6 * expected / std::sqrt(2 * n));
  }
}

TEST(NanoLM, DrawsFromAGeneratorOfItsOwn) {
  torch::manual_seed(1);
  const Tensor undisturbed = torch::randn(4);
  torch::manual_seed(1);
  NanoLM a(small_config(), 5);
  EXPECT_TRUE(torch::randn(4).equal(undisturbed));
  NanoLM b(small_config(), 5), c(small_config(), 6);
  EXPECT_TRUE(a->wpe->weight.equal(b->wpe->weight));
  EXPECT_FALSE(a->wpe->weight.equal(c->wpe->weight));
}

TEST(NanoLM, WithACacheEqualsTheWholeSequence) {
  const torch::NoGradGuard no_grad;
  NanoLM model(small_config());
  const Tensor ids = random_ids(2, 60, 101);
  const Tensor whole = model->hidden(ids);
  // A prompt, single tokens, and several tokens after others.
  KVCache cache;
  std::vector<Tensor> parts;
  for (const int64_t length : {13, 1, 1, 20, 1, 24}) {
    parts.push_back(model->hidden(ids.narrow(1, cache.length, length), &cache));
  }
  EXPECT_EQ(cache.length, 60);
  EXPECT_LT(relative_error(torch::cat(parts, 1), whole), 1e-5);
  // Forgetting tokens and going on differently.
  cache.length = 10;
  const Tensor other = ids.flip(1).narrow(1, 0, 8).contiguous();
  const Tensor expected =
      model->hidden(torch::cat({ids.narrow(1, 0, 10), other}, 1));
  EXPECT_LT(
      relative_error(model->hidden(other, &cache), expected.narrow(1, 10, 8)),
      1e-5);
}

TEST(NanoLM, NamesWhatIsWrongWithItsInput) {
  const torch::NoGradGuard no_grad;
  NanoLM model(small_config());
  const auto hidden = [&](const Tensor& ids, KVCache* cache = nullptr) {
    model->hidden(ids, cache);
  };
  EXPECT_ERROR(
      Error,
      "token id 101 is out of range; the vocabulary has 101 tokens",
      hidden(torch::tensor({{0, 101}}, torch::kInt64)));
  EXPECT_ERROR(
      Error,
      "token id -1 is out of range",
      hidden(torch::tensor({{-1, 3}}, torch::kInt64)));
  EXPECT_ERROR(
      Error,
      "201 tokens are more than the 200 of max_seq_len",
      hidden(random_ids(1, 201, 101)));
  EXPECT_ERROR(
      Error,
      "ids must be (B, T) int64 and not empty, but are 5 of Long",
      hidden(torch::zeros(5, torch::kInt64)));
  KVCache cache;
  hidden(random_ids(1, 199, 101), &cache);
  EXPECT_ERROR(
      Error,
      "201 tokens are more than the 200",
      hidden(random_ids(1, 2, 101), &cache));
  EXPECT_ERROR(
      Error,
      "the cache holds 2 layers of batch 1, but 2 of batch 3 are needed",
      hidden(random_ids(3, 1, 101), &cache));
}

} // namespace
} // namespace nanobrain
