// The tables of every instruction set that this processor has, against the
// definitions in double.
#include "nanobrain/kernels/vector_kernels.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "nanobrain/base/isa.h"
#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<Isa> tested_isas() {
  std::vector<Isa> isas = available_isas();
  std::erase(isas, Isa::kPortable);
  return isas;
}

class VectorKernelsTest : public ::testing::TestWithParam<Isa> {
 protected:
  const VectorKernels& kernels() const { return vector_kernels(GetParam()); }

  std::vector<float> random(int64_t count, double spread = 1) {
    std::vector<float> x(static_cast<size_t>(count));
    for (float& value : x) {
      value = static_cast<float>(spread * (2 * random_.uniform() - 1));
    }
    return x;
  }
  Random random_{5};
};

/// A matrix with a gap behind each row, or packed in panels with a gap behind
/// each.
template <class T>
struct Layout {
  Layout(int64_t rows, int64_t columns, bool packed) {
    const int64_t padded = (columns + 15) / 16 * 16;
    panels = packed ? Panels<T>{nullptr, 16, 16 * rows + 16}
                    : Panels<T>{nullptr, padded + 16};
    size = packed ? padded / 16 * panels.panel : rows * panels.row;
  }
  Panels<T> of(T* data) const {
    Panels<T> view = panels;
    view.data = data;
    return view;
  }
  size_t at(int64_t i, int64_t j) const {
    return static_cast<size_t>(j / 16 * panels.panel + i * panels.row + j % 16);
  }
  Panels<T> panels{};
  int64_t size = 0;
};

TEST_P(VectorKernelsTest, Multiply) {
  struct Case {
    int64_t M, N, K;
  };
  for (const auto& [M, N, K] :
       {Case{1, 16, 1}, {5, 48, 7}, {6, 16, 16}, {25, 80, 33}, {64, 64, 64}}) {
    for (int layouts = 0; layouts < 16; ++layouts) {
      const Layout<const float> a(M, K, layouts & 1), b(K, N, layouts & 2);
      const Layout<float> out(M, N, layouts & 4);
      const bool add = layouts & 8;
      const auto left = random(a.size), right = random(b.size);
      const auto before = random(out.size);
      auto y = before;
      if (kernels().multiply == nullptr) GTEST_SKIP() << "brgemm's";
      kernels().multiply(
          M,
          N,
          K,
          add,
          a.of(left.data()),
          b.of(right.data()),
          out.of(y.data()));
      auto expected = before;
      for (int64_t i = 0; i < M; ++i) {
        for (int64_t j = 0; j < N; ++j) {
          double sum = add ? before[out.at(i, j)] : 0;
          for (int64_t k = 0; k < K; ++k) {
            sum += double{left[a.at(i, k)]} * right[b.at(k, j)];
          }
          expected[out.at(i, j)] = static_cast<float>(sum);
        }
      }
      for (size_t i = 0; i < y.size(); ++i) {
        // 64 roundings of sums below 64, none beside `out`.
        const double tolerance = expected[i] == before[i] ? 0 : 1e-5;
        ASSERT_NEAR(y[i], expected[i], tolerance) << M << " " << layouts;
      }
    }
  }
}

TEST_P(VectorKernelsTest, SumsOfExponentialsAndProbabilities) {
  constexpr int64_t kRows = 5, kColumns = 96, kStride = 112;
  constexpr int64_t kLanes = SoftmaxTile::kLanes;
  auto scores = random(kRows * kStride, 30);
  for (int64_t t = 0; t < kRows; ++t) scores[t * kStride + 95] = -kInfinity;
  std::vector<float> max(kRows * kLanes, -1e30F), sum(kRows * kLanes, 0);
  for (int64_t half = 0; half < 2; ++half) {
    kernels().softmax.add_exp(
        scores.data() + half * 32,
        kRows,
        half == 0 ? 32 : 64,
        kStride,
        max.data(),
        sum.data());
  }
  std::vector<float> lse(kRows);
  for (int64_t t = 0; t < kRows; ++t) {
    double total = 0, expected = 0;
    for (int64_t i = 0; i < kLanes; ++i) {
      total += sum[t * kLanes + i] * std::exp(double{max[t * kLanes + i]});
    }
    for (int64_t i = 0; i < kColumns; ++i) {
      expected += std::exp(double{scores[t * kStride + i]});
    }
    EXPECT_NEAR(std::log(total), std::log(expected), 1e-6);
    lse[t] = static_cast<float>(std::log(expected));
  }
  auto x = scores;
  std::ranges::fill(max, -1e30F);
  std::ranges::fill(sum, 0.0F);
  kernels().softmax.exponentials(
      x.data(), kRows, 32, kStride, max.data(), sum.data());
  const auto first = max;
  kernels().softmax.exponentials(
      x.data() + 32, kRows, 64, kStride, max.data(), sum.data());
  for (int64_t t = 0; t < kRows; ++t) {
    const float* lanes = &max[t * kLanes];
    const float* row = &scores[t * kStride];
    EXPECT_EQ(lanes[0], *std::max_element(row, row + kColumns));
    EXPECT_EQ(std::count(lanes, lanes + kLanes, lanes[0]), kLanes);
    double total = 0;
    for (int64_t i = 0; i < kLanes; ++i) total += sum[t * kLanes + i];
    EXPECT_NEAR(lanes[0] + std::log(total), lse[t], 4e-6);
    for (int64_t i = 0; i < kStride; ++i) {
      const double exact =
          std::exp(double{row[i]} - (i < 32 ? first[t * kLanes] : lanes[0]));
      // 2e-7 of the exponential, and the rounding of its argument.
      ASSERT_NEAR(
          x[t * kStride + i],
          i < kColumns ? exact : row[i],
          4e-6 * exact + 1e-26);
    }
  }
}

TEST_P(VectorKernelsTest, CausalSoftmaxAndItsGradient) {
  constexpr int64_t kQueries = AttentionTile::kQueries;
  for (const int64_t first : {0, 64}) {
    const int64_t keys = first + 40;
    const auto scores = random(keys * kQueries, 5);
    auto p = scores;
    std::vector<float> max(kQueries), sum(kQueries), lse(kQueries);
    kernels().attention.softmax(p.data(), keys, first, max.data(), sum.data());
    const auto seen = [&](int64_t key, int64_t query) {
      return key <= first + query;
    };
    for (int64_t q = 0; q < kQueries; ++q) {
      double total = 0;
      for (int64_t k = 0; k < keys; ++k) {
        if (seen(k, q)) total += std::exp(double{scores[k * kQueries + q]});
      }
      lse[q] = max[q] + std::log(sum[q]);
      ASSERT_NEAR(lse[q], std::log(total), 2e-6);
      for (int64_t k = 0; k < keys; ++k) {
        const double exact =
            std::exp(double{scores[k * kQueries + q]} - max[q]);
        ASSERT_NEAR(p[k * kQueries + q], seen(k, q) ? exact : 0, 1e-6);
      }
    }
    p = scores;
    const auto dp = random(keys * kQueries), delta = random(kQueries);
    auto gradient = dp;
    kernels().attention.backward(
        p.data(),
        gradient.data(),
        keys,
        first,
        lse.data(),
        delta.data(),
        0.25F);
    for (int64_t k = 0; k < keys; ++k) {
      for (int64_t q = 0; q < kQueries; ++q) {
        const size_t at = k * kQueries + q;
        const double exact =
            seen(k, q) ? std::exp(double{scores[at]} - lse[q]) : 0;
        ASSERT_NEAR(p[at], exact, 1e-6);
        ASSERT_NEAR(
            gradient[at], 0.25 * exact * (double{dp[at]} - delta[q]), 1e-6);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    InstructionSets,
    VectorKernelsTest,
    ::testing::ValuesIn(tested_isas()),
    [](const auto& info) { return std::string(name(info.param)); });

} // namespace
} // namespace nanobrain
