#include "nanobrain/optimizer/orthogonalize.h"

#include "tests/support/support.h"

namespace nanobrain {
namespace {

using torch::Tensor;
using enum Orthogonalizer;

Tensor orthogonalize(const Tensor& matrix, Orthogonalizer kind) {
  const Tensor x = matrix.to(torch::kFloat64);
  const bool tall = x.size(0) > x.size(1);
  const Tensor root = inverse_root(tall ? x.t().mm(x) : x.mm(x.t()), kind);
  return tall ? x.mm(root) : root.mm(x);
}

/// U diag(values) V^T with random U and V.
Tensor with_singular_values(const Tensor& values, int64_t m, int64_t n) {
  torch::manual_seed(m + n);
  const auto basis = [&](int64_t size) {
    return std::get<0>(
        at::linalg_qr(torch::randn({size, values.size(0)}, torch::kFloat64)));
  };
  return (basis(m) * values).mm(basis(n).t()).to(torch::kFloat32);
}

struct Bounds {
  double low, high;
};

// Singular values from 1e-2 to 1 of the largest, whose norm is near 3.
Bounds singular_values_after(Orthogonalizer kind, int64_t m, int64_t n) {
  const Tensor before = torch::logspace(-2, 0, 16, 10, torch::kFloat64);
  const Tensor x = orthogonalize(with_singular_values(before, m, n), kind);
  EXPECT_EQ(x.size(0), m);
  EXPECT_EQ(x.size(1), n);
  const Tensor after = at::linalg_svdvals(x.to(torch::kFloat64), {})
                           .narrow(0, 0, before.size(0));
  return {after.min().item<double>(), after.max().item<double>()};
}

TEST(Orthogonalize, MakesSingularValuesOne) {
  for (const auto& [m, n] : {std::pair(16, 16), {16, 40}, {40, 16}}) {
    const auto [low, high] = singular_values_after(kNewtonSchulz, m, n);
    EXPECT_GT(low, 0.6); // its coefficients trade exactness for a steep start
    EXPECT_LT(high, 1.25);
    const auto polar = singular_values_after(kPolarExpress, m, n);
    EXPECT_NEAR(polar.low, 1, 1e-2);
    EXPECT_NEAR(polar.high, 1, 1e-2);
    // Squares of 1e-2, of a matrix rounded to f32.
    const auto exact = singular_values_after(kExact, m, n);
    EXPECT_NEAR(exact.low, 1, 1e-6);
    EXPECT_NEAR(exact.high, 1, 1e-6);
  }
}

TEST(Orthogonalize, IsTheFactorOfTheSingularValueDecomposition) {
  torch::manual_seed(1);
  const Tensor x = torch::randn({12, 20});
  const auto [u, s, v] =
      at::linalg_svd(x.to(torch::kFloat64), /*full_matrices=*/false, {});
  const Tensor expected = u.mm(v);
  const auto error = [&](Orthogonalizer kind) {
    return (orthogonalize(x, kind) - expected).abs().max().item<double>();
  };
  EXPECT_LT(error(kExact), 1e-6);
  EXPECT_LT(error(kPolarExpress), 1e-2);
}

TEST(Orthogonalize, ZerosStayZeros) {
  for (const auto kind : {kNewtonSchulz, kPolarExpress, kExact}) {
    const Tensor x = orthogonalize(torch::zeros({3, 5}), kind);
    EXPECT_TRUE(torch::equal(x, torch::zeros({3, 5}, torch::kFloat64)));
  }
}

} // namespace
} // namespace nanobrain
