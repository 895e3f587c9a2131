#include "nanobrain/quantize/divergence.h"

#include <cmath>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

using torch::Tensor;

TEST(Divergence, OfTwoCoinsByHand) {
  // r = (1/2, 1/2), p = (3/4, 1/4), as logits with arbitrary constants.
  const Tensor reference = torch::tensor({{5.0F, 5.0F}});
  const Tensor logits = torch::tensor({{std::log(3.0F) - 7, -7.0F}});
  const auto d =
      compare_predictions(reference, logits, torch::tensor({int64_t{1}}));
  EXPECT_NEAR(d.nats.item<double>(), std::log(4), 1e-6);
  EXPECT_NEAR(
      d.kl.item<double>(),
      0.5 * std::log(0.5 / 0.75) + 0.5 * std::log(0.5 / 0.25),
      1e-6);
  // Of equal ones the first is the most likely.
  EXPECT_EQ(d.same_top.item<double>(), 1);
}

TEST(Divergence, EachTokenIsOneRow) {
  // More rows than are taken at once, and not a multiple of them.
  torch::manual_seed(2);
  const Tensor reference = torch::randn({45, 31});
  const Tensor logits = reference + 0.5 * torch::randn({45, 31});
  const Tensor targets = torch::randint(31, {45}, torch::kInt64);
  const auto d = compare_predictions(reference, logits, targets);
  const Tensor r = reference.to(torch::kFloat64).softmax(1);
  const Tensor p = logits.to(torch::kFloat64).softmax(1);
  int64_t same = 0;
  for (int64_t i = 0; i < 45; ++i) {
    const auto target = targets[i].item<int64_t>();
    double kl = 0;
    for (int64_t v = 0; v < 31; ++v) {
      const auto rv = r[i][v].item<double>();
      kl += rv * std::log(rv / p[i][v].item<double>());
    }
    const bool agree =
        r[i].argmax().item<int64_t>() == p[i].argmax().item<int64_t>();
    same += agree;
    // f32 sums of 31 terms below 10.
    EXPECT_NEAR(d.kl[i].item<double>(), kl, 1e-5) << i;
    EXPECT_NEAR(
        d.nats[i].item<double>(), -std::log(p[i][target].item<double>()), 1e-5);
    EXPECT_EQ(d.same_top[i].item<double>(), agree) << i;
  }
  EXPECT_GT(same, 0);
  EXPECT_LT(same, 45);
  EXPECT_TRUE(target_nats(logits, targets).equal(d.nats));
}

TEST(Divergence, OfEqualPredictionsIsZero) {
  const Tensor logits = torch::linspace(-30, 30, 100).view({4, 25});
  const auto d =
      compare_predictions(logits, logits + 3, torch::zeros(4, torch::kInt64));
  EXPECT_LT(d.kl.abs().max().item<double>(), 1e-6);
  EXPECT_EQ(d.same_top.sum().item<double>(), 4);
}

} // namespace
} // namespace nanobrain
