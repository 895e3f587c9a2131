// Causal attention against its formula in f64.
#include "nanobrain/kernels/causal_attention.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "tests/support/support.h"
#include "tests/support/tensor_error.h"

namespace nanobrain {
namespace {

using testing::relative_error;

using torch::Tensor;

struct Shape {
  int64_t batch, positions, heads, features;
};

/// softmax(mask(Q K^T / sqrt(D))) V, every score in memory.
Tensor reference(const Tensor& qkv, int64_t num_heads) {
  const int64_t B = qkv.size(0), T = qkv.size(1), C = qkv.size(2) / 3;
  const Tensor heads = qkv.view({B, T, 3, num_heads, C / num_heads})
                           .permute({2, 0, 3, 1, 4}); // (3, B, nh, T, D)
  const double scale = 1 / std::sqrt(static_cast<double>(C / num_heads));
  const Tensor future = torch::ones({T, T}, torch::kBool).triu(1);
  const Tensor scores = heads[0].matmul(heads[1].transpose(-1, -2)) * scale;
  const Tensor p = scores.masked_fill(future, -INFINITY).softmax(-1);
  return p.matmul(heads[2]).transpose(1, 2).reshape({B, T, C});
}

Tensor random_qkv(const Shape& s, double deviation = 1) {
  torch::manual_seed(7);
  return torch::randn({s.batch, s.positions, 3 * s.heads * s.features}) *
         deviation;
}

TEST(CausalAttention, AgreesWithItsFormula) {
  for (const Shape& s :
       {Shape{2, 256, 4, 16},
        Shape{1, 64, 2, 64},
        Shape{3, 1, 1, 8},
        Shape{2, 63, 3, 5},
        Shape{1, 65, 2, 16},
        Shape{1, 300, 1, 33}}) {
    SCOPED_TRACE(s.positions);
    const Tensor qkv = random_qkv(s).requires_grad_();
    const Tensor wide = qkv.detach().to(torch::kFloat64).requires_grad_();
    const Tensor y = causal_attention(qkv, s.heads);
    const Tensor expected = reference(wide, s.heads);
    // f32 sums of up to 300 products.
    EXPECT_LT(relative_error(y, expected), 1e-6);

    const Tensor dy = torch::randn_like(y);
    const Tensor dqkv = torch::autograd::grad({y}, {qkv}, {dy})[0];
    const Tensor expected_gradient =
        torch::autograd::grad({expected}, {wide}, {dy.to(torch::kFloat64)})[0];
    EXPECT_LT(relative_error(dqkv, expected_gradient), 2e-6);
  }
}

TEST(CausalAttention, LargeScoresDoNotOverflow) {
  const Shape s{1, 100, 2, 16};
  Tensor qkv = random_qkv(s, 30).requires_grad_(); // scores up to 10,000
  const Tensor y = causal_attention(qkv, s.heads);
  // Scores are rounded at 1e-7 of their size: 1e-3, and so is the softmax.
  EXPECT_LT(
      relative_error(y, reference(qkv.detach().to(torch::kFloat64), s.heads)),
      2e-3);
  const Tensor gradient = torch::autograd::grad({y.sum()}, {qkv})[0];
  EXPECT_TRUE(gradient.isfinite().all().item<bool>());
}

TEST(CausalAttention, NoPositionSeesALaterOne) {
  const Shape s{1, 130, 2, 16};
  const Tensor qkv = random_qkv(s);
  const Tensor y = causal_attention(qkv, s.heads);
  for (const int64_t t : {1, 63, 64, 100, 129}) {
    Tensor changed = qkv.clone();
    changed.narrow(1, t, s.positions - t).fill_(9);
    const Tensor before = causal_attention(changed, s.heads).narrow(1, 0, t);
    EXPECT_TRUE(torch::equal(before, y.narrow(1, 0, t))) << t;
  }
}

TEST(CausalAttention, TheSameBitsForAnyNumberOfThreads) {
  const Shape s{3, 100, 2, 16};
  const int threads = at::get_num_threads();
  const auto compute = [&](int count) {
    at::set_num_threads(count);
    Tensor qkv = random_qkv(s).requires_grad_();
    const Tensor y = causal_attention(qkv, s.heads);
    return torch::cat(
        {y.detach(), torch::autograd::grad({y.square().sum()}, {qkv})[0]}, 2);
  };
  const Tensor one = compute(1);
  for (const int count : {2, 3, 7}) {
    EXPECT_TRUE(torch::equal(compute(count), one)) << count;
  }
  at::set_num_threads(threads);
}

TEST(CausalAttention, TakesF64ByLibTorch) {
  const Shape s{2, 40, 2, 8};
  const Tensor qkv = random_qkv(s).to(torch::kFloat64);
  EXPECT_LT(
      relative_error(causal_attention(qkv, s.heads), reference(qkv, s.heads)),
      1e-14);
}

} // namespace
} // namespace nanobrain
