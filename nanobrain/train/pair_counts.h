// How often tokens stand beside each other, as sparse matrices.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <span>
#include <vector>

#include "nanobrain/data/token_file.h"

namespace nanobrain {

/// A sparse (V, V) matrix, row by row.
struct SparseRows {
  std::vector<int64_t> begins; // of each row's entries, and the end
  std::vector<int32_t> columns;
  std::vector<float> values;

  int64_t rows() const { return std::ssize(begins) - 1; }
};

/// How often each token (rows) has each (columns) `lag` places after it, within
/// one of `ranges`.
SparseRows count_pairs(
    const TokenFile& file, std::span<const TokenRange> ranges, int64_t lag);

struct PairSums {
  torch::Tensor rows, columns; // (V)
};
PairSums sums_of(const SparseRows& m);

SparseRows transpose(const SparseRows& m);

/// m x, for x (V, k), in f32; the same bits at any number of threads.
torch::Tensor multiply(const SparseRows& m, const torch::Tensor& x);

} // namespace nanobrain
