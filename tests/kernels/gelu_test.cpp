// GELU against its definition in f64 and LibTorch's derivative of it.
#include "nanobrain/kernels/gelu.h"

#include <torch/csrc/autograd/autograd.h>

#include <limits>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

using torch::Tensor;

/// Many magnitudes, and a length that is no multiple of a vector.
Tensor inputs() {
  torch::manual_seed(3);
  return torch::cat(
      {torch::randn({1999}) * 3,
       torch::linspace(-12, 12, 1000),
       torch::tensor(
           {0.0F, -0.0F, 1e-20F, -1e-20F, 50.0F, -50.0F, 1e4F, -1e4F})});
}

class Gelu : public ::testing::TestWithParam<GeluKind> {
 protected:
  /// LibTorch's in f64.
  static Tensor reference(const Tensor& x) {
    return at::gelu(
        x.to(torch::kFloat64), GetParam() == GeluKind::kErf ? "none" : "tanh");
  }
};

TEST_P(Gelu, IsWithinItsErrorOfTheDefinition) {
  const Tensor x = inputs();
  const Tensor error = (gelu(x, GetParam()) - reference(x)).abs() /
                       x.abs().clamp_min(1).to(torch::kFloat64);
  // LibTorch's own, in f32, comes to 2.8e-7.
  EXPECT_LT(error.max().item<double>(), 3e-7);
}

TEST_P(Gelu, HasTheDerivative) {
  Tensor x = inputs().requires_grad_();
  const Tensor dy = torch::randn_like(x);
  const Tensor dx = torch::autograd::grad({gelu(x, GetParam())}, {x}, {dy})[0];
  Tensor wide = x.detach().to(torch::kFloat64).requires_grad_();
  const Tensor expected = torch::autograd::grad(
      {reference(wide)}, {wide}, {dy.to(torch::kFloat64)})[0];
  // Rounding of x enters the tanh form's exponent, which reaches 60.
  EXPECT_LT(
      ((dx - expected).abs() / dy.abs().clamp_min(1)).max().item<double>(),
      4e-6);
}

TEST_P(Gelu, TakesAnyShapeNaNAndWhatIsNotContiguousOrNotF32) {
  const Tensor x = inputs(), y = gelu(x, GetParam());
  const Tensor grid = x.narrow(0, 0, 3000).view({50, 60}).clone();
  grid[2][3] = std::numeric_limits<float>::quiet_NaN();
  const Tensor transposed = gelu(grid.t(), GetParam()).t();
  EXPECT_TRUE(transposed.isnan().equal(grid.isnan()));
  const Tensor difference = transposed.flatten() - y.narrow(0, 0, 3000);
  EXPECT_LT(difference.nan_to_num().abs().max().item<double>(), 1e-6);
  EXPECT_TRUE(
      torch::equal(gelu(x.to(torch::kFloat64), GetParam()), reference(x)));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Gelu, ::testing::Values(GeluKind::kErf, GeluKind::kTanh));

} // namespace
} // namespace nanobrain
