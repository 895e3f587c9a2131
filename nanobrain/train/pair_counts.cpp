#include "nanobrain/train/pair_counts.h"

#include <ATen/Parallel.h>

#include <algorithm>

namespace nanobrain {

using torch::Tensor;

SparseRows count_pairs(
    const TokenFile& file, std::span<const TokenRange> ranges, int64_t lag) {
  const auto V = static_cast<size_t>(file.info().vocab_size);
  const auto each_pair = [&](const auto& visit) {
    for (const auto& [begin, end] : ranges) {
      for (int64_t i = begin + lag; i < end; ++i) visit(file[i - lag], file[i]);
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

PairSums sums_of(const SparseRows& m) {
  PairSums sums{torch::zeros({m.rows()}), torch::zeros({m.rows()})};
  float* row_sum = sums.rows.mutable_data_ptr<float>();
  float* column_sum = sums.columns.mutable_data_ptr<float>();
  for (int64_t row = 0; row < m.rows(); ++row) {
    for (int64_t i = m.begins[row]; i < m.begins[row + 1]; ++i) {
      row_sum[row] += m.values[i];
      column_sum[m.columns[i]] += m.values[i];
    }
  }
  return sums;
}

} // namespace nanobrain
