// Matrices in int8, ours and LibTorch's.
#include <limits>

#include "nanobrain/base/error.h"
#include "nanobrain/quantize/products.h"
#include "tests/quantize/random_model.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using torch::Tensor;

std::vector<int> integers(const Tensor& t) {
  const Tensor wide = t.to(torch::kInt32).contiguous();
  return {
      wide.const_data_ptr<int>(), wide.const_data_ptr<int>() + wide.numel()};
}

TEST(QuantizeRows, RoundsToTheNearestHalfToEven) {
  // The scale is 1: the integers are the rounded values.
  const Tensor matrix =
      torch::tensor({{127.0F, 0.5F, 1.5F, 2.5F, -0.5F, -1.5F, 3.49F, -3.51F}});
  const Int8Matrix q = quantize_rows(matrix);
  EXPECT_EQ(q.scale.item<float>(), 1.0F);
  EXPECT_THAT(
      integers(q.weight), ::testing::ElementsAre(127, 0, 2, 2, 0, -2, 3, -4));
  EXPECT_EQ(q.weight.scalar_type(), torch::kInt8);
}

TEST(QuantizeRows, EachRowHasItsOwnScaleAndZerosHaveScaleOne) {
  const Int8Matrix q = quantize_rows(
      torch::tensor({{254.0F, -2.0F}, {-0.0127F, 0.0063F}, {0.0F, -0.0F}}));
  EXPECT_TRUE(q.scale.equal(torch::tensor({2.0F, 0.0127F / 127, 1.0F})));
  EXPECT_THAT(
      integers(q.weight), ::testing::ElementsAre(127, -1, -127, 63, 0, 0));
  EXPECT_TRUE(q.dequantized()[2].eq(0).all().item<bool>());
}

TEST(QuantizeRows, ExtremeMagnitudesStayInRange) {
  constexpr float kLeast = std::numeric_limits<float>::denorm_min();
  constexpr float kMost = std::numeric_limits<float>::max();
  const Int8Matrix q = quantize_rows(torch::tensor(
      {{kLeast, 0.0F}, {100 * kLeast, -kLeast}, {kMost, -kMost}}));
  EXPECT_TRUE((q.scale > 0).all().item<bool>());
  EXPECT_TRUE(q.scale.isfinite().all().item<bool>());
  EXPECT_GE(q.weight.min().item<int>(), -127);
  EXPECT_THAT(integers(q.weight[2]), ::testing::ElementsAre(127, -127));
}

TEST(QuantizeRows, IsWithinHalfAStepOfEveryWeight) {
  torch::manual_seed(1);
  for (const double magnitude : {1e-20, 1e-3, 1.0, 1e20}) {
    const Tensor matrix = magnitude * torch::randn({37, 129});
    const Int8Matrix q = quantize_rows(matrix);
    const Tensor steps =
        (q.dequantized().to(torch::kFloat64) - matrix.to(torch::kFloat64)) /
        q.scale.to(torch::kFloat64).unsqueeze(1);
    // Division and product in f32 add 127 x 2^-23 of a step at most.
    EXPECT_LE(steps.abs().max().item<double>(), 0.5 + 127 * 0x1p-23);
    EXPECT_TRUE(
        q.weight.to(torch::kInt32).abs().amax(1).eq(127).all().item<bool>());
  }
}

TEST(RelativeError, IsTheRatioOfTwoNorms) {
  const Tensor exact = torch::tensor({3.0, 4.0});
  EXPECT_DOUBLE_EQ(relative_error(torch::tensor({3.0, 4.5}), exact), 0.1);
  EXPECT_EQ(relative_error(torch::zeros(2), torch::zeros(2)), 0);
}

TEST(TorchDynamic, ProductsAreTheModelsWithin7Bits) {
  const torch::NoGradGuard no_grad;
  NanoLM model = testing::random_model(testing::random_config());
  const Product product = torch_dynamic_product(model);
  torch::manual_seed(3);
  const auto& block = model->h->at<BlockImpl>(0);
  for (const Tensor& weight :
       {model->wte->weight,
        block.attn->c_attn->weight,
        block.mlp->c_proj->weight}) {
    const Tensor x = torch::randn({12, weight.size(1)});
    const Tensor bias = torch::randn(weight.size(0));
    const Tensor exact = torch::linear(x, weight, bias);
    const double error = relative_error(product(x, weight, bias), exact);
    // A normal row reaches some 3.5 of its deviations: 127 steps over both
    // sides are 0.055 wide and cost 0.016; biases halve it at most.
    EXPECT_LT(error, 0.03) << weight.sizes();
    EXPECT_GT(error, 1e-4) << weight.sizes() << ": nothing was quantized";
  }
}

TEST(TorchDynamic, ABuildWithoutTheOperatorsSaysSo) {
  NanoLM model = testing::random_model(testing::random_config());
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
