#include "nanobrain/quantize/torch_dynamic.h"

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using torch::Tensor;

NanoLM small_model() {
  ModelConfig config;
  config.num_layers = 1;
  config.num_heads = 2;
  config.model_dim = 32;
  config.ffn_dim = 64;
  config.vocab_size = 90;
  config.max_seq_len = 16;
  config.bias = true;
  return NanoLM(config);
}

TEST(TorchDynamic, ProductsAreTheModelsWithin7Bits) {
  const torch::NoGradGuard no_grad;
  NanoLM model = small_model();
  const Product product = torch_dynamic_product(model);
  torch::manual_seed(3);
  for (const auto& [name, in] :
       {std::pair("wte", 32),
        std::pair("h.0.attn.c_attn", 32),
        std::pair("h.0.mlp.c_proj", 64)}) {
    const Tensor x = torch::randn({12, in});
    const Tensor weight =
        model->named_parameters()[std::string(name) + ".weight"];
    const Tensor bias = torch::randn(weight.size(0));
    const Tensor exact = torch::linear(x, weight, bias);
    const double error = relative_error(product(name, x, bias), exact);
    // A normal row reaches some 3.5 of its deviations: 127 steps over both
    // sides are 0.055 wide and cost 0.016; biases halve it at most.
    EXPECT_LT(error, 0.03) << name;
    EXPECT_GT(error, 1e-4) << name << ": nothing was quantized";
  }
}

TEST(TorchDynamic, ABuildWithoutTheOperatorsSaysSo) {
  NanoLM model = small_model();
  EXPECT_ERROR(
      Error,
      "this LibTorch has no quantized::linear_gone",
      torch_dynamic_product(model, {.multiply = "quantized::linear_gone"}));
  EXPECT_ERROR(
      Error,
      "this LibTorch has no quantized::pack_gone",
      torch_dynamic_product(model, {.pack = "quantized::pack_gone"}));
}

} // namespace
} // namespace nanobrain
