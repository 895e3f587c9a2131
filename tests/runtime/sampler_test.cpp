#include "nanobrain/runtime/sampler.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

/// Of a sampler that has drawn from other logits before.
std::vector<Candidate> candidates(
    const std::vector<float>& logits, const SamplerOptions& options) {
  Sampler sampler(options);
  Random random(1);
  sampler.sample(std::vector<float>(100, 0.5F), random);
  const auto list = sampler.candidates(logits);
  return {list.begin(), list.end()};
}

/// The definition, with a full sort and long sums.
std::map<TokenId, double> expected_distribution(
    const std::vector<float>& logits, const SamplerOptions& options) {
  std::vector<TokenId> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](TokenId a, TokenId b) {
    return logits[static_cast<size_t>(a)] > logits[static_cast<size_t>(b)];
  });
  if (options.temperature == 0) return {{order.front(), 1.0}};
  if (options.top_k > 0) {
    order.resize(std::min(order.size(), static_cast<size_t>(options.top_k)));
  }
  const auto softmax = [&](const std::vector<TokenId>& ids) {
    std::vector<double> p;
    double sum = 0;
    for (const TokenId id : ids) {
      p.push_back(
          std::exp(logits[static_cast<size_t>(id)] / options.temperature));
      sum += p.back();
    }
    for (double& x : p) x /= sum;
    return p;
  };
  const auto p = softmax(order);
  double reached = 0;
  size_t kept = 0;
  while (kept < order.size() && reached < options.top_p - 1e-12) {
    reached += p[kept++];
  }
  order.resize(kept);
  const auto q = softmax(order);
  std::map<TokenId, double> distribution;
  for (size_t i = 0; i < order.size(); ++i) distribution[order[i]] = q[i];
  return distribution;
}

TEST(Sampler, KeepsExactlyTheDefinedSet) {
  EXPECT_TRUE(rc::check([] {
    // Quarters give many ties.
    const auto quarters = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<int>>(rc::gen::inRange(-12, 13)));
    std::vector<float> logits;
    for (const int q : quarters) logits.push_back(static_cast<float>(q) / 4);
    SamplerOptions options;
    options.temperature = *rc::gen::element(0.0, 0.5, 1.0, 1.7);
    options.top_k = *rc::gen::inRange<int64_t>(0, 12);
    options.top_p = *rc::gen::element(1e-9, 0.137, 0.5511, 0.9003, 1.0);
    const auto kept = candidates(logits, options);
    const auto expected = expected_distribution(logits, options);
    RC_ASSERT(kept.size() == expected.size());
    for (const auto& [id, probability] : kept) {
      RC_ASSERT(expected.count(id) == 1);
      RC_ASSERT(std::abs(probability - expected.at(id)) < 1e-12);
    }
  }));
}

// As large as a vocabulary: found without sorting it, in several steps.
TEST(Sampler, KeepsTheDefinedSetOfManyTokens) {
  Random random(11);
  std::vector<float> logits(5000);
  for (float& logit : logits) {
    logit = std::round(static_cast<float>(random.uniform()) * 400) / 40;
  }
  for (const SamplerOptions& options :
       {SamplerOptions{.top_k = 1},
        SamplerOptions{.top_k = 40},
        SamplerOptions{.top_k = 79}, // as many as blocks
        SamplerOptions{.top_k = 80},
        SamplerOptions{.top_k = 4999},
        SamplerOptions{.top_k = 700, .top_p = 0.77},
        SamplerOptions{.top_p = 0.0101},
        SamplerOptions{.top_p = 0.3},
        SamplerOptions{.temperature = 0.3, .top_p = 0.9001},
        SamplerOptions{.top_p = 0.97}}) {
    const auto kept = candidates(logits, options);
    const auto expected = expected_distribution(logits, options);
    ASSERT_EQ(kept.size(), expected.size());
    for (size_t i = 0; i < kept.size(); ++i) {
      ASSERT_EQ(expected.count(kept[i].id), 1u);
      ASSERT_NEAR(kept[i].probability, expected.at(kept[i].id), 1e-12);
      if (i == 0) continue;
      const float before = logits[static_cast<size_t>(kept[i - 1].id)];
      const float logit = logits[static_cast<size_t>(kept[i].id)];
      ASSERT_TRUE(
          before > logit || (before == logit && kept[i - 1].id < kept[i].id));
    }
  }
}

TEST(Sampler, TopPIncludesTheTokenThatReachesIt) {
  // Probabilities 1/2, 1/4, 1/8, 1/8.
  const float h = std::log(2.0f);
  const std::vector<float> logits = {0, -h, -2 * h, -2 * h};
  EXPECT_EQ(candidates(logits, {.top_p = 0.49}).size(), 1u);
  EXPECT_EQ(candidates(logits, {.top_p = 0.51}).size(), 2u);
  EXPECT_EQ(candidates(logits, {.top_p = 0.76}).size(), 3u);
  EXPECT_EQ(candidates(logits, {.top_p = 0.88}).size(), 4u);
  // Of what top_k keeps (2/3, 1/3), not of all.
  EXPECT_EQ(candidates(logits, {.top_k = 2, .top_p = 0.6}).size(), 1u);
}

/// Draws from the logits; the tokens' counts fall into the bins id % bins,
/// which are as the distribution has them: chi-square stays below `limit`.
void expect_draws(
    const std::vector<float>& logits,
    const SamplerOptions& options,
    size_t bins,
    double limit) {
  constexpr int kDraws = 100'000;
  std::vector<double> mean(bins), counts(bins);
  const auto expected = expected_distribution(logits, options);
  for (const auto& [id, probability] : expected) {
    mean[static_cast<size_t>(id) % bins] += kDraws * probability;
  }
  Sampler sampler(options);
  Random random(7);
  for (int i = 0; i < kDraws; ++i) {
    const TokenId id = sampler.sample(logits, random);
    const auto found = expected.find(id);
    ASSERT_TRUE(found != expected.end() && found->second > 0) << id;
    ++counts[static_cast<size_t>(id) % bins];
  }
  double chi_square = 0;
  for (size_t i = 0; i < bins; ++i) {
    if (mean[i] > 0) chi_square += std::pow(counts[i] - mean[i], 2) / mean[i];
  }
  EXPECT_LT(chi_square, limit);
}

TEST(Sampler, DrawsFollowTheDistribution) {
  const std::vector<float> logits = {0.3f, -1.0f, 2.0f, 1.1f, -INFINITY, 0.0f};
  for (const SamplerOptions& options :
       {SamplerOptions{},
        SamplerOptions{.temperature = 1.6},
        SamplerOptions{.temperature = 0.7, .top_k = 4},
        SamplerOptions{.temperature = 2.0, .top_p = 0.8}}) {
    // 4 degrees of freedom at most: 23.5 is exceeded once in 10,000 seeds.
    expect_draws(logits, options, 6, 23.5);
  }
}

// Drawing from all does not weigh each token: blocks are drawn first.
TEST(Sampler, DrawsOfManyTokensFollowTheDistribution) {
  std::vector<float> logits(1000);
  for (size_t i = 0; i < logits.size(); ++i) {
    logits[i] = i % 7 == 3 ? -INFINITY : static_cast<float>(i % 97) / 30;
  }
  // 49 degrees of freedom: 94.6 is exceeded once in 10,000 seeds.
  expect_draws(logits, {}, 50, 94.6);
}

TEST(Sampler, ExtremeLogitsAndTemperatures) {
  const std::vector<float> logits = {-INFINITY, 1e30F, 0, 1e30F, -1e30F};
  for (const double temperature : {1e-300, 1e-20, 1.0, 1e20, 1e300}) {
    Sampler sampler({.temperature = temperature});
    Random random(2);
    for (int i = 0; i < 50; ++i) {
      const TokenId id = sampler.sample(logits, random);
      ASSERT_TRUE(temperature == 1e300 ? id > 0 : id == 1 || id == 3) << id;
    }
    const auto kept = sampler.candidates(logits);
    double sum = 0;
    for (const auto& candidate : kept) sum += candidate.probability;
    EXPECT_NEAR(sum, 1, 1e-12) << temperature;
    EXPECT_EQ(kept[0].probability, 0) << temperature;
  }
}

TEST(Sampler, SeedsDecide) {
  const std::vector<float> logits(50, 0.0f);
  const auto draw = [&](uint64_t seed) {
    Random random(seed);
    std::vector<TokenId> ids;
    for (int i = 0; i < 20; ++i) {
      ids.push_back(Sampler().sample(logits, random));
    }
    return ids;
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
}

TEST(Sampler, BrokenLogitsAreAnError) {
  for (const auto& [logits, message] :
       {std::pair(
            std::vector{0.0F, std::nanf(""), 1.0F},
            "a logit is NaN or infinite"),
        {{0.0F, INFINITY}, "a logit is NaN or infinite"},
        {{-INFINITY, -INFINITY}, "every logit is -inf"}}) {
    for (const double temperature : {0.0, 1.0}) {
      EXPECT_ERROR(
          NumericError,
          message,
          candidates(logits, {.temperature = temperature}));
    }
  }
}

TEST(Sampler, OptionsOutOfRangeAreUsageErrors) {
  for (const auto& [options, message] :
       {std::pair(SamplerOptions{.temperature = -1}, "temperature is -1"),
        {{.temperature = std::nan("")}, "temperature is nan"},
        {{.temperature = INFINITY}, "temperature is inf"},
        {{.top_k = -3}, "top_k is -3"},
        {{.top_p = 0}, "top_p is 0"},
        {{.top_p = 1.5}, "top_p is 1.5"}}) {
    EXPECT_ERROR(UsageError, message, Sampler{options});
  }
  EXPECT_NO_THROW(Sampler({.temperature = 0, .top_k = 0, .top_p = 1}));
}

} // namespace
} // namespace nanobrain
