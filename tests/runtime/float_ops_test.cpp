// The tables of every instruction set that this processor has, against the
// definitions in double.
#include "nanobrain/runtime/float_ops.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "nanobrain/base/aligned_buffer.h"
#include "nanobrain/base/isa.h"
#include "nanobrain/base/random.h"
#include "nanobrain/runtime/half.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

class FloatOpsTest : public ::testing::TestWithParam<Isa> {
 protected:
  const FloatOps& ops() const { return float_ops(GetParam()); }

  AlignedBuffer<float> random_row(int64_t n, float spread, float centre = 0) {
    AlignedBuffer<float> row(static_cast<size_t>(padded_to_lanes(n)));
    for (size_t i = 0; i < static_cast<size_t>(n); ++i) {
      row[i] = centre + spread * static_cast<float>(2 * random_.uniform() - 1);
    }
    return row;
  }
  Random random_{3};
};

// A few roundings of values near 1.
constexpr double kTolerance = 2e-6;

TEST_P(FloatOpsTest, LayerNorm) {
  for (const int64_t n : {1, 5, 16, 24, 64, 100, 768}) {
    const auto x = random_row(n, 3.0F, 0.5F);
    const auto weight = random_row(n, 0.5F, 1.0F);
    const auto bias = random_row(n, 0.5F);
    AlignedBuffer<float> y(x.size());
    std::fill_n(y.data(), y.size(), 7.0F);
    ops().layer_norm(x.data(), weight.data(), bias.data(), n, 1e-5F, y.data());
    double mean = 0, variance = 0;
    const auto size = static_cast<size_t>(n);
    for (size_t i = 0; i < size; ++i) mean += x[i];
    mean /= static_cast<double>(n);
    for (size_t i = 0; i < size; ++i) variance += std::pow(x[i] - mean, 2);
    variance /= static_cast<double>(n);
    for (size_t i = 0; i < size; ++i) {
      const double scaled = (x[i] - mean) / std::sqrt(variance + 1e-5);
      ASSERT_NEAR(y[i], scaled * weight[i] + bias[i], kTolerance) << n;
    }
    for (size_t i = size; i < y.size(); ++i) ASSERT_EQ(y[i], 0.0F) << n;
  }
}

TEST_P(FloatOpsTest, Gelu) {
  AlignedBuffer<float> x(1024);
  for (size_t i = 0; i < x.size(); ++i) {
    x[i] = (static_cast<float>(i) - 512) / 64; // -8 to 8
  }
  AlignedBuffer<float> erf(x.size()), tanh(x.size());
  std::copy_n(x.data(), x.size(), erf.data());
  std::copy_n(x.data(), x.size(), tanh.data());
  ops().gelu_erf(erf.data(), 1024);
  ops().gelu_tanh(tanh.data(), 1024);
  for (size_t i = 0; i < x.size(); ++i) {
    const double v = x[i];
    const double inner = std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v);
    ASSERT_NEAR(erf[i], v * 0.5 * std::erfc(-v / std::sqrt(2)), kTolerance);
    ASSERT_NEAR(tanh[i], v * 0.5 * (1 + std::tanh(inner)), kTolerance);
  }
}

TEST_P(FloatOpsTest, Add) {
  auto x = random_row(48, 1.0F);
  const auto before = random_row(48, 1.0F);
  const auto y = random_row(48, 1.0F);
  std::copy_n(before.data(), 48, x.data());
  ops().add(y.data(), 48, x.data());
  for (size_t i = 0; i < 48; ++i) ASSERT_EQ(x[i], before[i] + y[i]);
}

/// What attention of one head is by its definition: (stride)
std::vector<double> exact_attention(
    const float* query, // (head_dim)
    const AttentionHeads& heads,
    int64_t head,
    int64_t count) {
  const int64_t head_dim = heads.head_dim, stride = padded_to_lanes(head_dim);
  const float* keys = heads.keys + head * heads.key_size;
  const float* values = heads.values + head * heads.value_size;
  std::vector<double> out(static_cast<size_t>(stride));
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    double score = 0;
    for (int64_t d = 0; d < head_dim; ++d) {
      score += static_cast<double>(query[d]) *
               keys[(i / 16 * head_dim + d) * 16 + i % 16];
    }
    const double share =
        std::exp(score / std::sqrt(static_cast<double>(head_dim)));
    sum += share;
    for (int64_t d = 0; d < stride; ++d) {
      out[static_cast<size_t>(d)] += share * values[i * stride + d];
    }
  }
  for (double& value : out) value /= sum;
  return out;
}

TEST_P(FloatOpsTest, Attend) {
  constexpr int64_t kPositions = 160, kHeads = 5;
  for (const int64_t head_dim : {1, 6, 16, 24, 64}) {
    const int64_t stride = padded_to_lanes(head_dim);
    const auto query = random_row(kHeads * head_dim, 3.0F);
    // What stands past the last key may not matter, whatever it is.
    const auto keys = random_row(kHeads * kPositions * head_dim, 1.0F);
    auto values = random_row(kHeads * kPositions * stride, 1.0F);
    for (size_t i = 0; i < values.size(); ++i) {
      if (static_cast<int64_t>(i) % stride >= head_dim) values[i] = 0;
    }
    const AttentionHeads heads{
        .keys = keys.data(),
        .values = values.data(),
        .heads = kHeads,
        .head_dim = head_dim,
        .key_size = kPositions * head_dim,
        .value_size = kPositions * stride};
    AlignedBuffer<float> scores(FloatOps::kHeads * kPositions);
    for (const int64_t count : {1, 2, 15, 16, 17, 31, 64, 67, 159, 160}) {
      std::vector<float> row((kHeads - 1) * head_dim + stride + 1, 7.0F);
      float* out = row.data() + 1; // to any address
      ops().attend(query.data(), heads, count, scores.data(), out);
      ASSERT_EQ(row[0], 7.0F);
      for (int64_t head = 0; head < kHeads; ++head) {
        const std::vector<double> expected =
            exact_attention(query.data() + head * head_dim, heads, head, count);
        const int64_t end = head + 1 < kHeads ? head_dim : stride;
        for (int64_t d = 0; d < end; ++d) {
          // Scores up to 24: their rounding is that of the exponentials.
          ASSERT_NEAR(
              out[head * head_dim + d],
              expected[static_cast<size_t>(d)],
              5 * kTolerance)
              << head_dim << " " << count << " " << head << " " << d;
        }
      }
    }
  }
}

TEST_P(FloatOpsTest, BlockMax) {
  for (const int64_t n : {1, 15, 16, 64, 65, 1000}) {
    auto x = random_row(n, 20.0F);
    x[0] = -INFINITY;
    std::vector<float> maxima(static_cast<size_t>((n + 63) / 64) + 1, 77.0F);
    EXPECT_TRUE(ops().block_max(x.data(), n, maxima.data()));
    for (int64_t first = 0; first < n; first += 64) {
      EXPECT_EQ(
          maxima[static_cast<size_t>(first / 64)],
          *std::max_element(
              x.data() + first, x.data() + std::min(first + 64, n)));
    }
    EXPECT_EQ(maxima.back(), 77.0F);
    for (const float bad : {std::nanf(""), INFINITY}) {
      for (const int64_t at : {int64_t{0}, n / 2, n - 1}) {
        const float good = x[static_cast<size_t>(at)];
        x[static_cast<size_t>(at)] = bad;
        EXPECT_FALSE(ops().block_max(x.data(), n, maxima.data())) << at;
        x[static_cast<size_t>(at)] = good;
      }
    }
  }
}

TEST_P(FloatOpsTest, ExpSums) {
  for (const int64_t n : {1, 15, 63, 64, 65, 128, 1000}) {
    auto x = random_row(n, 20.0F);
    x[0] = -INFINITY;
    if (n > 64) x[20] = 20.0F;
    const float max = n == 1 ? 0 : *std::max_element(x.data(), x.data() + n);
    std::vector<float> sums(static_cast<size_t>((n + 63) / 64) + 1, 7.0F);
    ops().exp_sums(x.data(), n, max, 0.8F, sums.data());
    for (int64_t first = 0; first < n; first += 64) {
      double expected = 0;
      for (int64_t i = first; i < std::min(first + 64, n); ++i) {
        expected += std::exp(
            (static_cast<double>(x[static_cast<size_t>(i)]) - max) *
            static_cast<double>(0.8F));
      }
      // The rounding of (x - max) * factor, up to 32, is that of its exp.
      ASSERT_NEAR(
          sums[static_cast<size_t>(first / 64)],
          expected,
          4e-6 * expected + 1e-26);
    }
    EXPECT_EQ(sums.back(), 7.0F);
  }
}

INSTANTIATE_TEST_SUITE_P(
    InstructionSets,
    FloatOpsTest,
    ::testing::ValuesIn(available_isas()),
    [](const auto& info) { return std::string(name(info.param)); });

/// The definition: sign, 5 bits of exponent, 10 of fraction.
double value_of(uint16_t half) {
  const double sign = half & 0x8000 ? -1 : 1;
  const int exponent = half >> 10 & 31;
  const int fraction = half & 1023;
  if (exponent == 31) return fraction == 0 ? sign * INFINITY : NAN;
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

TEST(Half, EveryOneHasItsValue) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const double expected = value_of(half);
    const float got = half_to_float(half);
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(got)) << bits;
    } else {
      ASSERT_EQ(
          std::bit_cast<uint32_t>(static_cast<float>(expected)),
          std::bit_cast<uint32_t>(got))
          << bits;
    }
  }
}

} // namespace
} // namespace nanobrain
