// The tables of every instruction set that this processor has, against the
// definitions in double.
#include "nanobrain/runtime/float_ops.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "nanobrain/base/aligned_buffer.h"
#include "nanobrain/base/random.h"
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

TEST_P(FloatOpsTest, Attend) {
  constexpr int64_t kPositions = 160;
  for (const int64_t head_dim : {1, 6, 16, 24, 64}) {
    const int64_t stride = padded_to_lanes(head_dim);
    const auto query = random_row(head_dim, 3.0F);
    // What stands past the last key may not matter, whatever it is.
    auto keys = random_row(kPositions * head_dim, 1.0F);
    auto values = random_row(kPositions * stride, 1.0F);
    const auto key = [&](int64_t position, int64_t d) {
      return keys[static_cast<size_t>(
          (position / 16 * head_dim + d) * 16 + position % 16)];
    };
    for (int64_t i = 0; i < kPositions * stride; ++i) {
      if (i % stride >= head_dim) values[static_cast<size_t>(i)] = 0;
    }
    AlignedBuffer<float> scores(kPositions);
    for (const int64_t count : {1, 2, 15, 16, 17, 31, 64, 67, 159, 160}) {
      std::vector<float> out(static_cast<size_t>(stride) + 1, 7.0F);
      ops().attend(
          query.data(),
          {keys.data(), values.data(), head_dim},
          count,
          scores.data(),
          out.data() + 1); // to any address
      std::vector<double> share(static_cast<size_t>(count));
      double sum = 0;
      for (int64_t i = 0; i < count; ++i) {
        double score = 0;
        for (int64_t d = 0; d < head_dim; ++d) {
          score +=
              static_cast<double>(query[static_cast<size_t>(d)]) * key(i, d);
        }
        share[static_cast<size_t>(i)] =
            std::exp(score / std::sqrt(static_cast<double>(head_dim)));
        sum += share[static_cast<size_t>(i)];
      }
      ASSERT_EQ(out[0], 7.0F);
      for (int64_t d = 0; d < stride; ++d) {
        double expected = 0;
        for (int64_t i = 0; i < count; ++i) {
          expected += share[static_cast<size_t>(i)] / sum *
                      values[static_cast<size_t>(i * stride + d)];
        }
        // Scores up to 24: their rounding is that of the exponentials.
        ASSERT_NEAR(out[static_cast<size_t>(d) + 1], expected, 5 * kTolerance)
            << head_dim << " " << count << " " << d;
      }
    }
  }
}

TEST_P(FloatOpsTest, BlockMax) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const int64_t n : {1, 15, 16, 64, 65, 1000}) {
    auto x = random_row(n, 20.0F);
    x[0] = -kInfinity;
    std::vector<float> maxima(static_cast<size_t>((n + 63) / 64) + 1, 77.0F);
    EXPECT_TRUE(ops().block_max(x.data(), n, maxima.data()));
    for (int64_t first = 0; first < n; first += 64) {
      EXPECT_EQ(
          maxima[static_cast<size_t>(first / 64)],
          *std::max_element(
              x.data() + first, x.data() + std::min(first + 64, n)));
    }
    EXPECT_EQ(maxima.back(), 77.0F);
    for (const float bad : {std::nanf(""), kInfinity}) {
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
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const int64_t n : {1, 15, 63, 64, 65, 128, 1000}) {
    auto x = random_row(n, 20.0F);
    x[0] = -kInfinity;
    if (n > 64) x[20] = 20.0F;
    const float max = *std::max_element(x.data(), x.data() + n);
    if (n == 1) {
      float sum = 7;
      ops().exp_sums(x.data(), n, 0.0F, 1.0F, &sum);
      EXPECT_EQ(sum, 0.0F);
      continue;
    }
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

std::string isa_name(const ::testing::TestParamInfo<Isa>& info) {
  return name(info.param);
}

INSTANTIATE_TEST_SUITE_P(
    InstructionSets,
    FloatOpsTest,
    ::testing::ValuesIn(available_isas()),
    isa_name);

} // namespace
} // namespace nanobrain
