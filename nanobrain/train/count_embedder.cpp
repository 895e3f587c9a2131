// An embedder that is counted, not learned.
#include "nanobrain/train/count_embedder.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/kernels/one_thread.h"

namespace nanobrain {

namespace {

using torch::Tensor;

Tensor orthonormal(const Tensor& x) {
  const OneThread same_bits;
  return std::get<0>(at::linalg_qr(x));
}

/// U S^1/2 of the first `k` singular values of [m_0 m_1 ...], where each even
/// part has its transpose after it.
Tensor left_factor(const std::vector<SparseRows>& parts, int64_t k) {
  constexpr int64_t kMore = 16, kPasses = 4;
  const int64_t V = parts.front().rows();
  const auto transposed_of = [&](size_t i) -> const SparseRows& {
    return parts[i ^ 1];
  };
  // All parts side by side, times x (parts V, .); and transposed, times y.
  const auto times = [&](const Tensor& x) {
    Tensor sum = torch::zeros({V, x.size(1)});
    for (size_t i = 0; i < parts.size(); ++i) {
      const auto first = static_cast<int64_t>(i) * V;
      sum += multiply(parts[i], x.narrow(0, first, V));
    }
    return sum;
  };
  const auto transposed_times = [&](const Tensor& y) {
    std::vector<Tensor> products;
    for (size_t i = 0; i < parts.size(); ++i) {
      products.push_back(multiply(transposed_of(i), y));
    }
    return torch::cat(products);
  };
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(1);
  Tensor q =
      torch::randn({std::ssize(parts) * V, std::min(k + kMore, V)}, generator);
  for (int64_t pass = 0; pass < kPasses; ++pass) {
    q = orthonormal(transposed_times(orthonormal(times(q))));
  }
  const OneThread same_bits;
  const auto [u, s, v] = at::linalg_svd(times(q), /*full_matrices=*/false, {});
  return u.narrow(1, 0, k) * s.narrow(0, 0, k).sqrt();
}

/// The square root of each count over the fourth root of the product of its
/// row's and its column's sum.
void to_cosines(SparseRows& counts) {
  const PairSums sums = sums_of(counts);
  const float* row_sum = sums.rows.const_data_ptr<float>();
  const float* column_sum = sums.columns.const_data_ptr<float>();
  for (int64_t row = 0; row < counts.rows(); ++row) {
    for (int64_t i = counts.begins[row]; i < counts.begins[row + 1]; ++i) {
      float& value = counts.values[i];
      value = std::sqrt(
          value /
          std::sqrt((row_sum[row] + 1) * (column_sum[counts.columns[i]] + 1)));
    }
  }
}

Tensor with_deviation(const Tensor& x, double deviation) {
  return x * (deviation / x.square().mean().sqrt());
}

} // namespace

CountedEmbedder count_embedder(
    const TokenFile& file, std::span<const TokenRange> ranges, int64_t C) {
  const int64_t V = file.info().vocab_size;
  require(
      C >= 2 && C <= V,
      "init.from_counts",
      "takes a model.model_dim from 2 to the {} tokens of the vocabulary, but "
      "it is {}",
      V,
      C);
  std::vector<SparseRows> parts;
  SparseRows following;
  for (const int64_t lag : {1, 2}) {
    SparseRows counts = count_pairs(file, ranges, lag);
    if (lag == 1) following = counts;
    to_cosines(counts);
    parts.push_back(transpose(counts));
    parts.push_back(std::move(counts));
  }
  Tensor factor = left_factor(parts, C - 1);
  const OneThread same_bits; // of the sums below
  // Far under the norm of any row that is not a rounding error of no counts.
  constexpr double kLeastNorm = 1e-4;
  factor = factor / factor.norm(2, 1, true).clamp_min(kLeastNorm);
  Tensor unigram = (sums_of(following).columns + 1).log();
  unigram = (unigram - unigram.mean()).unsqueeze(1);
  const double deviation = 1 / std::sqrt(static_cast<double>(C));
  const double spread = unigram.square().mean().sqrt().item<double>();
  return {
      torch::cat(
          {unigram * (deviation / spread), with_deviation(factor, deviation)},
          1),
      spread / deviation,
      std::move(following)};
}

} // namespace nanobrain
