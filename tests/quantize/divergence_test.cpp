#include "nanobrain/quantize/divergence.h"

#include <cmath>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

using torch::Tensor;

/// Of two sets of predictions the second's figures.
TokenDivergence compare(
    const Tensor& reference, const Tensor& logits, const Tensor& targets) {
  const Tensor both[] = {reference, logits};
  return compare_predictions(both, targets).at(1);
}

TEST(Divergence, OfTwoCoinsByHand) {
  // r = (1/2, 1/2), p = (3/4, 1/4), as logits with arbitrary constants.
  const Tensor reference = torch::tensor({{5.0F, 5.0F}});
  const Tensor logits = torch::tensor({{std::log(3.0F) - 7, -7.0F}});
  const auto d = compare(reference, logits, torch::tensor({int64_t{1}}));
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
  const auto d = compare(reference, logits, targets);
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
}

TEST(Divergence, TheFirstIsTheReferenceOfAll) {
  torch::manual_seed(4);
  const Tensor first = torch::randn({9, 31}), second = torch::randn({9, 31});
  const Tensor third = first + 3; // the same predictions
  const Tensor targets = torch::randint(31, {9}, torch::kInt64);
  const Tensor all[] = {first, second, third};
  const auto d = compare_predictions(all, targets);
  ASSERT_EQ(d.size(), 3u);
  EXPECT_TRUE(d[0].kl.eq(0).all().item<bool>());
  EXPECT_TRUE(d[0].same_top.eq(1).all().item<bool>());
  EXPECT_TRUE(d[0].nats.equal(compare(second, first, targets).nats));
  EXPECT_TRUE(d[1].kl.equal(compare(first, second, targets).kl));
  EXPECT_LT(d[2].kl.abs().max().item<double>(), 1e-6);
  EXPECT_TRUE(d[2].same_top.eq(1).all().item<bool>());
  EXPECT_TRUE(d[2].nats.equal(compare(second, third, targets).nats));
}

} // namespace
} // namespace nanobrain
