// The counted embedder and bigram beside dense derivations in f64.
#include "nanobrain/train/count_embedder.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/data/window_sampler.h"
#include "nanobrain/train/count_bigram.h"
#include "tests/support/tensor_error.h"
#include "tests/train/tiny_run.h"

namespace nanobrain {
namespace {

using testing::relative_error;
using testing::TinyRun;
using torch::Tensor;

class CountEmbedderTest : public ::testing::Test {
 protected:
  CountedEmbedder count(int64_t C) const {
    return count_embedder(file_, ranges_, C);
  }

  TinyRun tiny_;
  TokenFile file_{tiny_.path("train.tokens")};
  int64_t vocab_size_ = file_.info().vocab_size;
  std::vector<TokenRange> ranges_ =
      WindowSampler(file_.size(), 16, 42).covered(60);
};

/// How often w stands `lag` places after v within the ranges, (V, V).
Tensor dense_counts(
    const TokenFile& file,
    const std::vector<TokenRange>& ranges,
    int64_t lag = 1) {
  const int64_t V = file.info().vocab_size;
  Tensor counts = torch::zeros({V, V}, torch::kFloat64);
  auto count = counts.accessor<double, 2>();
  for (const auto& [begin, end] : ranges) {
    for (int64_t i = begin; i + lag < end; ++i) {
      count[file[i]][file[i + lag]] += 1;
    }
  }
  return counts;
}

TEST_F(CountEmbedderTest, IsTheSvdOfTheCounts) {
  constexpr int64_t kWidth = 8;
  const CountedEmbedder counted = count(kWidth);
  ASSERT_EQ(counted.rows.sizes(), (std::vector<int64_t>{vocab_size_, kWidth}));
  const Tensor counts = dense_counts(file_, ranges_);
  EXPECT_LT(counts.sum().item<double>(), file_.size() - 1); // not the whole

  const Tensor column = counted.rows.select(1, 0);
  const Tensor unigram = (counts.sum(0) + 1).log();
  EXPECT_LT(
      relative_error(column * counted.unigram_weight, unigram - unigram.mean()),
      1e-6);

  std::vector<Tensor> parts;
  for (const int64_t lag : {1, 2}) {
    const Tensor c = dense_counts(file_, ranges_, lag);
    const Tensor scale =
        ((c.sum(1, /*keepdim=*/true) + 1) * (c.sum(0, /*keepdim=*/true) + 1))
            .sqrt();
    const Tensor m = (c / scale).sqrt();
    parts.insert(parts.end(), {m, m.t()});
  }
  const auto [u, s, v] = at::linalg_svd(torch::cat(parts, 1), false, {});
  Tensor rows = u.narrow(1, 0, kWidth - 1) * s.narrow(0, 0, kWidth - 1).sqrt();
  const Tensor seen = (counts.sum(0) + counts.sum(1)) > 0;
  rows = torch::where(seen.unsqueeze(1), rows / rows.norm(2, 1, true), 0.0);
  rows = rows / rows.square().mean().sqrt() / std::sqrt(kWidth);
  // Singular vectors are known up to sign; their products are not. The random
  // start leaves what follows the spectrum at the cut.
  const Tensor got = counted.rows.narrow(1, 1, kWidth - 1).to(torch::kFloat64);
  EXPECT_LT(relative_error(got.mm(got.t()), rows.mm(rows.t())), 1e-3);
}

TEST_F(CountEmbedderTest, TheBigramIsTheSolutionOfItsNormalEquations) {
  constexpr int64_t kWidth = 6;
  const Tensor rows = count(kWidth).rows;
  const Tensor map =
      count_bigram(count_pairs(file_, ranges_, 1), rows).to(torch::kFloat64);
  const Tensor p = dense_counts(file_, ranges_) /
                   dense_counts(file_, ranges_).sum(); // (V, V)
  const Tensor before = p.sum(1), after = p.sum(0);
  const Tensor x = rows.to(torch::kFloat64);
  const Tensor z =
      (x - x.mean(1, true)) /
      (x.var(1, /*unbiased=*/false, /*keepdim=*/true) + 1e-5).sqrt();
  const auto ridged = [](const Tensor& moment) {
    return moment +
           0.1 * moment.diagonal().mean() * torch::eye(kWidth, torch::kFloat64);
  };
  const Tensor a = ridged(z.t().mm(torch::diag(before)).mm(z));
  const Tensor b = ridged(x.t().mm(torch::diag(after)).mm(x));
  // a M b = right, row by row: (a x b) vec(M) = vec(right).
  const Tensor right = z.t().mm(p - before.outer(after)).mm(x);
  Tensor m =
      at::linalg_solve(at::kron(a, b), right.flatten()).view({kWidth, kWidth});
  const auto mean_norm = [&](const Tensor& of) {
    return (of.square().sum(1) * before).sum().sqrt();
  };
  m = m * mean_norm(x) / mean_norm(z.mm(m)) -
      torch::eye(kWidth, torch::kFloat64) * mean_norm(x) / std::sqrt(kWidth);
  EXPECT_LT(relative_error(map, m), 1e-5); // it is stored in f32
}

TEST_F(CountEmbedderTest, HasTheDeviationOfRandomWeights) {
  const CountedEmbedder counted = count(16);
  for (const Tensor& part :
       {counted.rows.select(1, 0), counted.rows.narrow(1, 1, 15)}) {
    EXPECT_NEAR(part.square().mean().sqrt().item<double>(), 0.25, 1e-5);
  }
}

TEST_F(CountEmbedderTest, HasTheSameBitsAtAnyNumberOfThreads) {
  // Enough elements that LibTorch would share out their sums.
  constexpr int64_t kWidth = 150;
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const CountedEmbedder one = count(kWidth);
  const Tensor bigram_of_one =
      count_bigram(count_pairs(file_, ranges_, 1), one.rows);
  at::set_num_threads(2);
  const CountedEmbedder two = count(kWidth);
  const Tensor bigram_of_two =
      count_bigram(count_pairs(file_, ranges_, 1), one.rows);
  at::set_num_threads(threads);
  EXPECT_TRUE(torch::equal(one.rows, two.rows));
  EXPECT_TRUE(torch::equal(bigram_of_one, bigram_of_two));
  EXPECT_EQ(one.unigram_weight, two.unigram_weight);
  EXPECT_TRUE(one.rows.isfinite().all().item<bool>());
}

TEST_F(CountEmbedderTest, NamesAWidthThatCannotBe) {
  for (const int64_t width : {int64_t{1}, vocab_size_ + 1}) {
    EXPECT_ERROR(
        Error,
        "[init.from_counts] takes a model.model_dim from 2 to the 290 tokens",
        count(width));
  }
}

} // namespace
} // namespace nanobrain
