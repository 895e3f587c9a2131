#include "nanobrain/kernels/tied_cross_entropy.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"
#include "nanobrain/kernels/isa.h"
#include "tests/support/support.h"
#include "tests/support/tensor_error.h"

namespace nanobrain {
namespace {

using testing::relative_error;

using torch::Tensor;

constexpr int64_t kIgnored = -100;

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
};

/// The textbook formula in f64, differentiated by autograd.
struct Reference {
  Tensor loss, losses, hidden_gradient, weight_gradient;

  explicit Reference(const Problem& p) {
    const Tensor h = p.hidden.to(torch::kFloat64).requires_grad_();
    const Tensor e = p.weight.to(torch::kFloat64).requires_grad_();
    const Tensor counted = p.targets.ne(kIgnored);
    const Tensor target = p.targets.clamp_min(0).unsqueeze(1);
    const Tensor log_p = torch::log_softmax(h.mm(e.t()), 1);
    losses = -log_p.gather(1, target).squeeze(1) * counted;
    loss = losses.sum();
    loss.backward();
    hidden_gradient = h.grad();
    weight_gradient = e.grad();
  }
};

struct Result {
  Tensor loss, hidden_gradient, weight_gradient;

  explicit Result(const Problem& p, const TiedCrossEntropyOptions& o = {}) {
    const Tensor h = p.hidden.clone().requires_grad_();
    const Tensor e = p.weight.clone().requires_grad_();
    loss = tied_cross_entropy(h, e, p.targets, o);
    loss.backward();
    hidden_gradient = h.grad();
    weight_gradient = e.grad();
  }
};

void expect_close(
    const Result& got, const Reference& expected, double tolerance) {
  EXPECT_EQ(got.loss.scalar_type(), torch::kFloat64);
  EXPECT_EQ(got.loss.dim(), 0);
  EXPECT_LT(relative_error(got.loss, expected.loss), tolerance);
  EXPECT_LT(
      relative_error(got.hidden_gradient, expected.hidden_gradient), tolerance);
  EXPECT_LT(
      relative_error(got.weight_gradient, expected.weight_gradient), tolerance);
}

// (N, C, V); the first two need several chunks and end in a part of one.
struct Size {
  int64_t n, c, v;
};
class TiedCrossEntropySizes : public ::testing::TestWithParam<Size> {};

INSTANTIATE_TEST_SUITE_P(
    Sizes,
    TiedCrossEntropySizes,
    ::testing::Values(
        Size{300, 64, 32294},
        Size{5001, 24, 1009},
        Size{33, 7, 50},
        Size{1, 3, 17}),
    [](const auto& info) {
      return fmt::format("{}x{}x{}", info.param.n, info.param.c, info.param.v);
    });

// Rounding of f32 is 6e-8 a product; a logit of size 3 is off by some 4e-7,
// and so is p.
TEST_P(TiedCrossEntropySizes, F32MatchesF64) {
  const auto [n, c, v] = GetParam();
  const Problem problem(n, c, v, /*spread=*/3.0);
  expect_close(Result(problem), Reference(problem), 2e-6);
}

// bf16 rounds by up to 2^-9 = 2e-3, in the mean of squares by half of that:
// both factors of a logit, and p. At logits of standard deviation 1 the errors,
// independent of each other, stay below that together.
TEST_P(TiedCrossEntropySizes, Bf16MatchesF64) {
  const auto [n, c, v] = GetParam();
  const Problem problem(n, c, v, /*spread=*/1.0);
  expect_close(Result(problem, {.bf16 = true}), Reference(problem), 2e-3);
}

TEST_P(TiedCrossEntropySizes, TokenLossesAddUpToTheLoss) {
  const auto [n, c, v] = GetParam();
  const Problem problem(n, c, v, 3.0);
  for (const bool bf16 : {false, true}) {
    const Tensor losses = tied_token_losses(
        problem.hidden, problem.weight, problem.targets, {.bf16 = bf16});
    EXPECT_FALSE(losses.requires_grad());
    const Tensor total = tied_cross_entropy(
        problem.hidden, problem.weight, problem.targets, {.bf16 = bf16});
    // Each loss is rounded to f32.
    EXPECT_LT(relative_error(losses.sum(torch::kFloat64), total), 6e-8);
    // Two bf16 roundings of logits up to 15 or so, on losses of 5 to 20.
    EXPECT_LT(
        relative_error(losses, Reference(problem).losses), bf16 ? 5e-3 : 2e-6);
  }
}

TEST(TiedCrossEntropy, GradientsMatchFiniteDifferences) {
  const Problem problem(4, 5, 11, 2.0);
  const Result result(problem);
  const auto loss = [&](const Tensor& h, const Tensor& e) {
    const Tensor logits = h.mm(e.t());
    const Tensor target = logits.gather(1, problem.targets.unsqueeze(1));
    return (logits.logsumexp(1) - target.squeeze(1)).sum().item<double>();
  };
  // Central differences in f64: off by 1e-10.
  const auto differences = [&](Tensor x, const auto& f) {
    constexpr double kStep = 1e-5;
    Tensor gradient = torch::empty_like(x);
    auto at = x.flatten(), out = gradient.flatten();
    for (int64_t i = 0; i < x.numel(); ++i) {
      at[i] += kStep;
      const double above = f();
      at[i] -= 2 * kStep;
      const double below = f();
      at[i] += kStep;
      out[i] = (above - below) / (2 * kStep);
    }
    return gradient;
  };
  const Tensor h = problem.hidden.to(torch::kFloat64);
  const Tensor e = problem.weight.to(torch::kFloat64);
  const auto f = [&] { return loss(h, e); };
  EXPECT_LT(relative_error(result.hidden_gradient, differences(h, f)), 2e-6);
  EXPECT_LT(relative_error(result.weight_gradient, differences(e, f)), 2e-6);
}

TEST(TiedCrossEntropy, LeavesIgnoredTargetsOut) {
  Problem problem(700, 16, 7001);
  problem.targets.slice(0, 0, 700, 3).fill_(kIgnored);
  const Result result(problem);
  expect_close(result, Reference(problem), 2e-6);
  EXPECT_EQ(result.hidden_gradient[3].abs().sum().item<float>(), 0.0F);
  const Tensor losses =
      tied_token_losses(problem.hidden, problem.weight, problem.targets);
  EXPECT_EQ(losses[0].item<float>(), 0.0F);
  EXPECT_LT(relative_error(losses, Reference(problem).losses), 2e-6);
}

TEST(TiedCrossEntropy, IsZeroWhereEveryTargetIsIgnored) {
  Problem problem(8, 4, 9);
  problem.targets.fill_(kIgnored);
  const Result result(problem);
  EXPECT_EQ(result.loss.item<double>(), 0.0);
  EXPECT_EQ(result.hidden_gradient.abs().sum().item<float>(), 0.0F);
  EXPECT_EQ(result.weight_gradient.abs().sum().item<float>(), 0.0F);
}

// Logits of thousands: exp() of them overflows, and p of most targets is 0 in
// f32, so that its logarithm would be infinite.
TEST(TiedCrossEntropy, TakesHugeLogits) {
  const Problem problem(40, 8, 200, /*spread=*/1000.0);
  const Reference reference(problem);
  ASSERT_GT(reference.losses.max().item<double>(), 1000.0);
  const Result f32(problem);
  // A logit of 3000 is off by 3000 * 6e-8 a rounding, and p by that factor.
  EXPECT_LT(relative_error(f32.loss, reference.loss), 2e-6);
  EXPECT_LT(
      relative_error(f32.weight_gradient, reference.weight_gradient), 1e-3);
  const Result bf16(problem, {.bf16 = true});
  EXPECT_LT(relative_error(bf16.loss, reference.loss), 2e-2);
  EXPECT_TRUE(bf16.hidden_gradient.isfinite().all().item<bool>());
}

TEST(TiedCrossEntropy, LetsNonFiniteInputsShow) {
  Problem problem(3, 4, 9);
  problem.hidden[1][2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(Result(problem).loss.item<double>()));
}

TEST(TiedCrossEntropy, ScalesGradientsByTheOutputGradient) {
  const Problem problem(20, 8, 30);
  const Tensor e = problem.weight.clone().requires_grad_();
  const Tensor h = problem.hidden.clone().requires_grad_();
  const Tensor mean = tied_cross_entropy(h, e, problem.targets) / 20;
  mean.backward();
  const Reference reference(problem);
  EXPECT_LT(relative_error(h.grad() * 20, reference.hidden_gradient), 2e-6);
  EXPECT_LT(relative_error(e.grad() * 20, reference.weight_gradient), 2e-6);
}

TEST(TiedCrossEntropy, MakesNoGradientsThatNobodyAskedFor) {
  const Problem problem(20, 8, 30);
  const Tensor h = problem.hidden.clone().requires_grad_();
  const Tensor loss = tied_cross_entropy(h, problem.weight, problem.targets);
  loss.backward();
  EXPECT_TRUE(h.grad().defined());
  EXPECT_FALSE(problem.weight.grad().defined());
  const torch::NoGradGuard no_grad;
  EXPECT_FALSE(
      tied_cross_entropy(h, problem.weight, problem.targets).requires_grad());
}

// PyTorch's own cross_entropy leaves out the same targets.
TEST(TiedCrossEntropy, LosesWhatTorchLoses) {
  Problem problem(50, 8, 30);
  problem.targets[3] = kIgnored;
  const auto expected = torch::nn::functional::cross_entropy(
      problem.hidden.mm(problem.weight.t()).to(torch::kFloat64),
      problem.targets,
      torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum));
  EXPECT_LT(relative_error(Result(problem).loss, expected), 2e-6);
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
    const Result one(problem, options);
    for (const int count : {1, 2, 3, 7}) {
      at::set_num_threads(count);
      const Result many(problem, options);
      EXPECT_TRUE(one.loss.equal(many.loss)) << count;
      EXPECT_TRUE(one.hidden_gradient.equal(many.hidden_gradient)) << count;
      EXPECT_TRUE(one.weight_gradient.equal(many.weight_gradient)) << count;
    }
  }
  at::set_num_threads(threads);
}

// All logits of this batch are 1.06 GB; those of a chunk are 34 MB, gradients
// and copies of the weight 8 MB each.
TEST(TiedCrossEntropy, NeverHoldsAllLogits) {
  const Tensor hidden = torch::randn({8192, 64}).requires_grad_();
  const Tensor weight = torch::randn({32294, 64}).requires_grad_();
  const Tensor targets = torch::randint(0, 32294, {8192}, torch::kInt64);
  const int64_t before = peak_rss_bytes();
  tied_cross_entropy(hidden, weight, targets, {.bf16 = true}).backward();
  tied_cross_entropy(hidden, weight, targets).backward();
  EXPECT_LT(peak_rss_bytes() - before, 200'000'000);
}

TEST(TiedCrossEntropy, NamesWhatIsWrong) {
  const Problem p(3, 4, 9);
  const auto call = [&](const Tensor& h, const Tensor& e, const Tensor& t) {
    tied_token_losses(h, e, t);
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
