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

struct TiedCrossEntropy {
  torch::Tensor losses;          // (N) f64, nats
  torch::Tensor hidden_gradient; // (N, C) f32 of their sum, or undefined
  torch::Tensor weight_gradient; // (V, C) f32 of their sum, or undefined

  /// Of the losses, in order.
  double sum() const;
};

/// The loss of each token,
///   lse - S[target], lse = log sum_v exp S[v],
/// and the gradients of their sum with respect to H and E where they are asked
/// for; without autograd.
///   hidden (N, C) f32, weight (V, C) f32, targets (N) int64
/// On a CPU with AVX2 the bits do not depend on the number of threads. Error
/// where shapes or dtypes are wrong or a target is out of range.
TiedCrossEntropy tied_cross_entropy(
    const torch::Tensor& hidden,
    const torch::Tensor& weight,
    const torch::Tensor& targets,
    const TiedCrossEntropyOptions& options = {});

} // namespace nanobrain
