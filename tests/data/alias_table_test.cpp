#include "nanobrain/data/alias_table.h"

#include <cmath>
#include <numeric>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(AliasTable, HoldsTheWeightsExactly) {
  Random random(1);
  for (int size = 1; size <= 60; ++size) {
    std::vector<uint32_t> weights(size);
    for (auto& weight : weights) {
      weight = static_cast<uint32_t>(random.below(4) * random.below(5000));
    }
    weights[random.below(size)] = 7;
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    const AliasTable table(weights);
    for (int i = 0; i < size; ++i) {
      // Both are one division of integers below 2^53.
      EXPECT_DOUBLE_EQ(table.probability(i), weights[i] / total);
    }
  }
}

TEST(AliasTable, DrawsAtItsProbabilities) {
  const std::vector<uint32_t> weights = {1, 0, 5, 100, 14};
  const AliasTable table(weights);
  Random random(2);
  const int draws = 200'000;
  std::vector<int> seen(weights.size());
  for (int i = 0; i < draws; ++i) ++seen[table.draw(random)];
  for (size_t i = 0; i < weights.size(); ++i) {
    const double p = weights[i] / 120.0;
    // Five standard deviations of a binomial.
    EXPECT_NEAR(seen[i], draws * p, 5 * std::sqrt(draws * p * (1 - p)));
  }
  EXPECT_DOUBLE_EQ(table.bits(2), std::log2(24.0));
}

TEST(AliasTable, KnowsThatItHoldsNothing) {
  EXPECT_TRUE(AliasTable(std::vector<uint32_t>{0, 0}).empty());
  EXPECT_FALSE(AliasTable(std::vector<uint32_t>{0, 1}).empty());
}

} // namespace
} // namespace nanobrain
