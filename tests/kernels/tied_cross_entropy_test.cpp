#include "nanobrain/kernels/tied_cross_entropy.h"

#include <array>
#include <fstream>

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"
#include "nanobrain/kernels/isa.h"
#include "nanobrain/kernels/tied_head.h"
#include "tests/support/support.h"
#include "tests/support/tensor_error.h"

namespace nanobrain {
namespace {

using testing::relative_error;

using torch::Tensor;

/// Hidden states, a weight that gives logits of standard deviation `spread`,
/// and targets of which half are likely ones, so that p matters.
struct Problem {
  Tensor hidden;
  Tensor weight;
  Tensor targets;

  Problem(int64_t n, int64_t c, int64_t v, double spread = 1.0) {
    torch::manual_seed(n + v);
    hidden = torch::randn({n, c});
    weight = torch::randn({v, c}) * (spread / std::sqrt(double(c)));
    targets = torch::randint(0, v, {n}, torch::kInt64);
    const Tensor best = hidden.mm(weight.t()).argmax(1);
    targets.slice(0, 0, n, 2).copy_(best.slice(0, 0, n, 2));
  }
  Problem rounded_to_bf16() const {
    Problem rounded = *this;
    rounded.hidden = hidden.to(torch::kBFloat16).to(torch::kFloat32);
    rounded.weight = weight.to(torch::kBFloat16).to(torch::kFloat32);
    return rounded;
  }
};

/// The textbook formula in f64, differentiated by autograd.
struct Reference {
  Tensor losses, hidden_gradient, weight_gradient;

  explicit Reference(const Problem& p) {
    const Tensor h = p.hidden.to(torch::kFloat64).requires_grad_();
    const Tensor e = p.weight.to(torch::kFloat64).requires_grad_();
    const Tensor log_p = torch::log_softmax(h.mm(e.t()), 1);
    losses = -log_p.gather(1, p.targets.unsqueeze(1)).squeeze(1);
    losses.sum().backward();
    hidden_gradient = h.grad();
    weight_gradient = e.grad();
  }
  double sum() const { return losses.sum().item<double>(); }
};

TiedCrossEntropy compute(const Problem& p, TiedCrossEntropyOptions options) {
  options.with_gradients = true;
  return tied_cross_entropy(p.hidden, p.weight, p.targets, options);
}

void expect_close(double spread, bool bf16, double losses, double sums) {
  // (N, C, V); the first two need several chunks and end in a part of one.
  using Size = std::array<int64_t, 3>;
  for (const auto& [n, c, v] :
       {Size{300, 64, 32294},
        Size{5001, 24, 1009},
        Size{33, 7, 50},
        Size{1, 3, 17}}) {
    SCOPED_TRACE(n);
    const Problem problem(n, c, v, spread);
    const TiedCrossEntropy got = compute(problem, {.bf16 = bf16});
    const Reference expected(problem);
    EXPECT_EQ(got.losses.scalar_type(), torch::kFloat64);
    EXPECT_NEAR(got.sum() / expected.sum(), 1, sums);
    EXPECT_LT(relative_error(got.losses, expected.losses), losses);
    EXPECT_LT(
        relative_error(got.hidden_gradient, expected.hidden_gradient), sums);
    EXPECT_LT(
        relative_error(got.weight_gradient, expected.weight_gradient), sums);
  }
}

// Rounding of f32 is 6e-8 a product; a logit of size 3 is off by some 4e-7,
// and so is p.
TEST(TiedCrossEntropy, F32MatchesF64) {
  expect_close(/*spread=*/3.0, /*bf16=*/false, 2e-6, 2e-6);
}

// bf16 rounds by up to 2^-9 = 2e-3, in the mean of squares by half of that:
// both factors of a logit, and p. At logits of standard deviation 1 the errors,
// independent of each other, stay below that together, and those of single
// losses below two of them.
TEST(TiedCrossEntropy, Bf16MatchesF64) {
  expect_close(/*spread=*/1.0, /*bf16=*/true, 5e-3, 2e-3);
}

// A logit's error grows with it, and p's with that: as the logits of a trained
// model are larger, so are the errors.
TEST(TiedCrossEntropy, Bf16ErrorsGrowNoFasterThanLogits) {
  for (const double spread : {3.0, 6.0}) {
    const Problem problem(300, 64, 8192, spread);
    const TiedCrossEntropy got = compute(problem, {.bf16 = true});
    const Reference expected(problem);
    const double tolerance = 1.5e-3 * spread;
    EXPECT_NEAR(got.sum() / expected.sum(), 1, tolerance);
    EXPECT_GT(got.losses.min().item<double>(), -1e-2);
    for (const auto& [ours, theirs] :
         {std::pair(got.hidden_gradient, expected.hidden_gradient),
          std::pair(got.weight_gradient, expected.weight_gradient)}) {
      EXPECT_LT(relative_error(ours, theirs), tolerance) << spread;
    }
  }
}

// The branch that a GPU takes. Operands are rounded, and P, but no sum: those
// of bf16 would be off by 2^-9 of a logit of 20.
TEST(TiedHeadChunked, Bf16HasSumsInF32) {
  const Problem problem(300, 64, 8192, /*spread=*/6.0);
  const auto rounded = [](const Tensor& x) {
    return x.to(torch::kBFloat16).to(torch::kFloat64);
  };
  const Tensor h = rounded(problem.hidden), e = rounded(problem.weight);
  const Tensor scores = h.mm(e.t());
  const Tensor p = torch::softmax(scores, 1);
  const TiedCrossEntropy got = tied_head_chunked(
      problem.hidden, problem.weight, {.bf16 = true, .with_gradients = true});
  // 64 products and a sum of exponentials in f32.
  EXPECT_LT(
      (got.losses - torch::logsumexp(scores, 1)).abs().max().item<double>(),
      2e-5);
  // P is off by 2^-9 at most, in the mean of squares by half of that.
  EXPECT_LT(relative_error(got.hidden_gradient, p.mm(e)), 2e-3);
  EXPECT_LT(relative_error(got.weight_gradient, p.t().mm(h)), 2e-3);
}

// Logits of thousands: exp() of them overflows, and p of most targets is 0 in
// f32, so that its logarithm would be infinite.
TEST(TiedCrossEntropy, TakesHugeLogits) {
  const Problem problem(40, 8, 200, /*spread=*/1000.0);
  const Reference reference(problem);
  ASSERT_GT(reference.losses.max().item<double>(), 1000.0);
  const TiedCrossEntropy f32 = compute(problem, {});
  // A logit of 3000 is off by 3000 * 6e-8 a rounding, and p by that factor.
  EXPECT_NEAR(f32.sum() / reference.sum(), 1, 2e-6);
  EXPECT_LT(
      relative_error(f32.hidden_gradient, reference.hidden_gradient), 1e-3);
  EXPECT_LT(
      relative_error(f32.weight_gradient, reference.weight_gradient), 1e-3);
  // Of inputs that bf16 holds, so that its logits are f32's; its p and h are
  // rounded to 8 bits again in the products of the gradients.
  const Problem rounded = problem.rounded_to_bf16();
  const Reference exact(rounded);
  const TiedCrossEntropy bf16 = compute(rounded, {.bf16 = true});
  EXPECT_NEAR(bf16.sum() / exact.sum(), 1, 2e-6);
  EXPECT_LT(relative_error(bf16.hidden_gradient, exact.hidden_gradient), 4e-3);
  EXPECT_LT(relative_error(bf16.weight_gradient, exact.weight_gradient), 4e-3);
}

TEST(TiedCrossEntropy, LetsNonFiniteInputsShow) {
  Problem problem(3, 4, 9);
  problem.hidden[1][2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(compute(problem, {}).sum()));
}

TEST(TiedCrossEntropy, ScalesGradientsWhereTheyAreAskedFor) {
  const Problem problem(20, 8, 30);
  const TiedCrossEntropy mean = compute(problem, {.gradient_scale = 1.0 / 20});
  const Reference reference(problem);
  EXPECT_NEAR(mean.sum() / reference.sum(), 1, 2e-6);
  EXPECT_LT(
      relative_error(mean.hidden_gradient * 20, reference.hidden_gradient),
      2e-6);
  EXPECT_LT(
      relative_error(mean.weight_gradient * 20, reference.weight_gradient),
      2e-6);
  const TiedCrossEntropy none =
      tied_cross_entropy(problem.hidden, problem.weight, problem.targets);
  EXPECT_LT(relative_error(none.losses, mean.losses), 1e-6);
  EXPECT_FALSE(none.hidden_gradient.defined());
  EXPECT_FALSE(none.weight_gradient.defined());
}

TEST(TiedCrossEntropy, GivesTheSameBitsForAnyNumberOfThreads) {
  if (kernel_isa() == Isa::kPortable) {
    GTEST_SKIP() << "LibTorch's own products do not promise it";
  }
  const Problem problem(700, 64, 32294);
  const int threads = at::get_num_threads();
  for (const bool bf16 : {false, true}) {
    const TiedCrossEntropyOptions options{.bf16 = bf16};
    at::set_num_threads(1);
    const TiedCrossEntropy one = compute(problem, options);
    for (const int count : {1, 2, 3, 7}) {
      at::set_num_threads(count);
      const TiedCrossEntropy many = compute(problem, options);
      EXPECT_TRUE(one.losses.equal(many.losses)) << count;
      EXPECT_EQ(one.sum(), many.sum()) << count;
      EXPECT_TRUE(one.hidden_gradient.equal(many.hidden_gradient)) << count;
      EXPECT_TRUE(one.weight_gradient.equal(many.weight_gradient)) << count;
    }
  }
  at::set_num_threads(threads);
}

// All logits of this batch are 1.06 GB; those of a chunk are 34 MB, gradients
// and copies of the weight 8 MB each.
TEST(TiedCrossEntropy, NeverHoldsAllLogits) {
  Problem problem(1, 64, 32294);
  problem.hidden = torch::randn({8192, 64});
  problem.targets = torch::randint(0, 32294, {8192}, torch::kInt64);
  // The peak of the tests before would hide this one's (man 5 proc).
  std::ofstream("/proc/self/clear_refs") << "5";
  const int64_t before = peak_rss_bytes();
  compute(problem, {.bf16 = true});
  compute(problem, {});
  // All logits would be 1.06 GB.
  EXPECT_LT(peak_rss_bytes() - before, 200'000'000);
}

TEST(TiedCrossEntropy, NamesWhatIsWrong) {
  const Problem p(3, 4, 9);
  const auto call = [&](const Tensor& h, const Tensor& e, const Tensor& t) {
    tied_cross_entropy(h, e, t);
  };
  const Tensor too_large = torch::tensor({0, 9, 1}, torch::kInt64);
  EXPECT_ERROR(
      Error,
      "target 9 of token 1 is out of range; the vocabulary has 9 tokens",
      call(p.hidden, p.weight, too_large));
  EXPECT_ERROR(
      Error,
      "target -1 of token 2 is out of range",
      call(p.hidden, p.weight, torch::tensor({0, 1, -1}, torch::kInt64)));
  EXPECT_ERROR(
      Error,
      "needs hidden (N, C), weight (V, C) and targets (N), but has 3 x 4, "
      "4 x 9, 3",
      call(p.hidden, p.weight.t(), p.targets));
  EXPECT_ERROR(
      Error,
      "needs f32 hidden and weight and int64 targets, but has Double",
      call(p.hidden.to(torch::kFloat64), p.weight, p.targets));
}

} // namespace
} // namespace nanobrain
