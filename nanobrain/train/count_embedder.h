// An embedder that is counted, not learned: what tokens stand beside says which
// are alike before the first step.
#pragma once

#include <torch/types.h>

#include <span>

#include "nanobrain/train/pair_counts.h"

namespace nanobrain {

struct CountedEmbedder {
  torch::Tensor rows; // (V, C)
  /// What column 0 is to be multiplied by to be the centred logarithm of the
  /// unigram: the final norm's bias there makes it the model at step 0.
  double unigram_weight = 0;
  SparseRows following; // count_pairs() of lag 1
};

/// An embedder in f32 for a file's tokens, counted within `ranges`. Column 0 is
/// proportional to the centred logarithm of the unigram. The other C - 1 are
/// the left singular vectors, times the roots of their singular values, of what
/// stands one and two places after and before each token, [M1 M1^T M2 M2^T]
/// with
///   M(v, w) = sqrt(c(v, w)) / (c(v) c(w))^(1/4),
/// the cosine between the distributions' square roots (Hellinger PCA: Lebret
/// and Collobert 2014, arXiv:1312.5542); their rows have one norm. All columns
/// are scaled to a standard deviation of C^-1/2, that of random weights.
/// Randomized (Halko et al. 2011, arXiv:0909.4061), from a fixed seed; the same
/// bits at any number of threads. Error if C is under 2 or over V.
CountedEmbedder count_embedder(
    const TokenFile& file, std::span<const TokenRange> ranges, int64_t C);

} // namespace nanobrain
