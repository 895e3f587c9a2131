// Head and loss of a model whose output head is tied to its embedder, without
// the (tokens x vocabulary) logits ever existing whole, forward and backward
// in one pass over the tokens.
//
// N tokens, C model_dim, V vocabulary, S = H E^T the scores.
#pragma once

#include <torch/types.h>

namespace nanobrain {

struct TiedCrossEntropyOptions {
  /// Matrix products in bf16; sums and both gradients in f32. Where the device
  /// has no bf16 products (has_bf16_products) they stay in f32.
  bool bf16 = false;
  bool with_gradients = false;
  /// factor of the gradients, not of the loss
  double gradient_scale = 1;
};

/// x (N) f64 -> (), on x's device; on a CPU in order, so the same bits on any
/// number of threads.
torch::Tensor ordered_sum(const torch::Tensor& x);

struct TiedCrossEntropy {
  torch::Tensor losses;          // (N) f64, nats
  torch::Tensor hidden_gradient; // (N, C) f32 of their sum, or undefined
  torch::Tensor weight_gradient; // (V, C) f32 of their sum, or undefined
  torch::Tensor lse = {};        // (N) f64, log sum_v exp S[v]

  /// Of the losses, read back from their device.
  double sum() const { return ordered_sum(losses).item<double>(); }
};

/// The loss of each token,
///   lse - S[target], lse = log sum_v exp S[v],
/// and the gradients of their sum with respect to H and E where they are asked
/// for; without autograd.
///   hidden (N, C) f32, weight (V, C) f32, targets (N) int64
/// On a CPU with AVX2 the bits do not depend on the number of threads. Error
/// where shapes or dtypes are wrong, or a target on a CPU is out of range;
/// those on a device are not read back, which would wait for it.
TiedCrossEntropy tied_cross_entropy(
    const torch::Tensor& hidden,
    const torch::Tensor& weight,
    const torch::Tensor& targets,
    const TiedCrossEntropyOptions& options = {});

} // namespace nanobrain
