// An embedder that is counted, not learned.
#include "nanobrain/train/count_embedder.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "nanobrain/base/error.h"
#include "nanobrain/kernels/one_thread.h"

namespace nanobrain {

namespace {

using torch::Tensor;

/// A sparse (V, V) matrix, row by row.
struct SparseRows {
  std::vector<int64_t> begins; // of each row's entries, and the end
  std::vector<int32_t> columns;
  std::vector<float> values;

  int64_t rows() const { return std::ssize(begins) - 1; }
};

/// How often each token (rows) is followed by each (columns).
SparseRows count_pairs(
    const TokenFile& file, std::span<const TokenRange> ranges) {
  const auto V = static_cast<size_t>(file.info().vocab_size);
  const auto each_pair = [&](const auto& visit) {
    for (const auto& [begin, end] : ranges) {
      for (int64_t i = begin + 1; i < end; ++i) visit(file[i - 1], file[i]);
    }
  };
  std::vector<int64_t> ends(V + 1);
  each_pair([&](TokenId v, TokenId) { ++ends[static_cast<size_t>(v) + 1]; });
  for (size_t v = 0; v < V; ++v) ends[v + 1] += ends[v];
  std::vector<int64_t> next(ends.begin(), ends.end() - 1);
  std::vector<int32_t> followers(static_cast<size_t>(ends.back()));
  each_pair([&](TokenId v, TokenId w) {
    followers[static_cast<size_t>(next[static_cast<size_t>(v)]++)] = w;
  });
  SparseRows counts{.begins = {0}, .columns = {}, .values = {}};
  for (size_t v = 0; v < V; ++v) {
    const auto row = std::span(followers).subspan(
        static_cast<size_t>(ends[v]),
        static_cast<size_t>(ends[v + 1] - ends[v]));
    std::ranges::sort(row);
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0 && row[i] == row[i - 1]) {
        ++counts.values.back();
        continue;
      }
      counts.columns.push_back(row[i]);
      counts.values.push_back(1);
    }
    counts.begins.push_back(std::ssize(counts.columns));
  }
  return counts;
}

SparseRows transpose(const SparseRows& m) {
  SparseRows t{
      .begins = std::vector<int64_t>(m.begins.size()),
      .columns = std::vector<int32_t>(m.columns.size()),
      .values = std::vector<float>(m.values.size())};
  for (const int32_t column : m.columns) {
    ++t.begins[static_cast<size_t>(column) + 1];
  }
  for (size_t i = 1; i < t.begins.size(); ++i) t.begins[i] += t.begins[i - 1];
  std::vector<int64_t> next(t.begins.begin(), t.begins.end() - 1);
  for (int64_t row = 0; row < m.rows(); ++row) {
    for (int64_t i = m.begins[row]; i < m.begins[row + 1]; ++i) {
      const int64_t to = next[m.columns[i]]++;
      t.columns[to] = static_cast<int32_t>(row);
      t.values[to] = m.values[i];
    }
  }
  return t;
}

/// m x, for x (V, k).
Tensor multiply(const SparseRows& m, const Tensor& x) {
  const int64_t k = x.size(1);
  Tensor y = torch::zeros({m.rows(), k});
  const Tensor dense = x.contiguous();
  const float* from = dense.const_data_ptr<float>();
  float* to = y.mutable_data_ptr<float>();
  at::parallel_for(0, m.rows(), 64, [&](int64_t row, int64_t end) {
    for (; row < end; ++row) {
      for (int64_t i = m.begins[row]; i < m.begins[row + 1]; ++i) {
        const float* source = from + m.columns[i] * k;
        for (int64_t j = 0; j < k; ++j) {
          to[row * k + j] += m.values[i] * source[j];
        }
      }
    }
  });
  return y;
}

Tensor orthonormal(const Tensor& x) {
  const OneThread same_bits;
  return std::get<0>(at::linalg_qr(x));
}

/// U S^1/2 of the first `k` singular values of [m m^T].
Tensor left_factor(const SparseRows& m, const SparseRows& t, int64_t k) {
  constexpr int64_t kMore = 16, kPasses = 4;
  const int64_t V = m.rows();
  // [m m^T] x and its transpose times y, y (V, .), x (2 V, .).
  const auto times = [&](const Tensor& x) {
    return multiply(m, x.narrow(0, 0, V)) + multiply(t, x.narrow(0, V, V));
  };
  const auto transposed_times = [&](const Tensor& y) {
    return torch::cat({multiply(t, y), multiply(m, y)});
  };
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(1);
  Tensor q = torch::randn({2 * V, std::min(k + kMore, V)}, generator);
  for (int64_t pass = 0; pass < kPasses; ++pass) {
    q = orthonormal(transposed_times(orthonormal(times(q))));
  }
  const OneThread same_bits;
  const auto [u, s, v] = at::linalg_svd(times(q), /*full_matrices=*/false, {});
  return u.narrow(1, 0, k) * s.narrow(0, 0, k).sqrt();
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
  SparseRows m = count_pairs(file, ranges);
  Tensor before = torch::zeros({V}), after = torch::zeros({V});
  float* row_sum = before.mutable_data_ptr<float>();
  float* column_sum = after.mutable_data_ptr<float>();
  for (int64_t row = 0; row < V; ++row) {
    for (int64_t i = m.begins[row]; i < m.begins[row + 1]; ++i) {
      row_sum[row] += m.values[i];
      column_sum[m.columns[i]] += m.values[i];
    }
  }
  for (int64_t row = 0; row < V; ++row) {
    for (int64_t i = m.begins[row]; i < m.begins[row + 1]; ++i) {
      m.values[i] = std::sqrt(
          m.values[i] /
          std::sqrt((row_sum[row] + 1) * (column_sum[m.columns[i]] + 1)));
    }
  }
  Tensor factor = left_factor(m, transpose(m), C - 1);
  factor = factor / factor.norm(2, 1, true).clamp_min(1e-6);
  Tensor unigram = (after + 1).log();
  unigram = (unigram - unigram.mean()).unsqueeze(1);
  const double deviation = 1 / std::sqrt(static_cast<double>(C));
  const double spread = unigram.square().mean().sqrt().item<double>();
  return {
      torch::cat(
          {unigram * (deviation / spread), with_deviation(factor, deviation)},
          1),
      spread / deviation};
}

} // namespace nanobrain
