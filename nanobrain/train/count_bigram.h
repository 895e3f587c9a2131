// A first block that is counted, not learned: what follows each token.
#pragma once

#include "nanobrain/train/pair_counts.h"

namespace nanobrain {

/// The map W (C, C) that makes of the row x of each token, x + norm(x) W, a
/// vector near the rows of what follows it; norm: mean 0, variance 1. `counts`
/// are count_pairs() of lag 1, `rows` (V, C), f32. W cancels the mean of x
/// itself and keeps the root mean square. Its first part is the least squares
/// fit, over pairs of tokens at their frequencies,
///   norm(x_v) W x_w = p(v, w) / (p(v) p(w)) - 1,
/// whose right side is the logarithm that a softmax needs to first order
/// (correspondence analysis). In f64, the same bits at any number of threads.
torch::Tensor count_bigram(const SparseRows& counts, const torch::Tensor& rows);

} // namespace nanobrain
