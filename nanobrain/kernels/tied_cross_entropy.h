// Head and loss of a model whose output head is tied to its embedder, without
// the (tokens x vocabulary) logits ever existing whole, forward and backward
// in one pass over the tokens.
//
// N tokens, C model_dim, V vocabulary, S = H E^T the scores.
#pragma once

#include <torch/torch.h>

namespace nanobrain {

struct TiedCrossEntropyOptions {
  /// Matrix products in bf16; sums and both gradients in f32. Where the device
  /// has no bf16 products (has_bf16_products) they stay in f32.
  bool bf16 = false;
  /// targets with this value are left out
  int64_t ignore_index = -100;
  /// factor of the gradients, not of the loss
  double gradient_scale = 1;
};

/// The loss of a token:
///   lse - S[target], lse = log sum_v exp S[v]
/// in nats, summed over the tokens, as a 0-dim f64 tensor that backward()
/// differentiates (once) with respect to H and E.
///   hidden (N, C) f32, weight (V, C) f32, targets (N) int64
/// The gradients are made here, with the loss, where one of the two requires
/// one; backward() only scales them. On a CPU with AVX2 the bits do not depend
/// on the number of threads. Error where shapes or dtypes are wrong or a target
/// is out of range.
torch::Tensor tied_cross_entropy(
    const torch::Tensor& hidden,
    const torch::Tensor& weight,
    const torch::Tensor& targets,
    const TiedCrossEntropyOptions& options = {});

struct TiedCrossEntropyGradients {
  double loss = 0;      // sum over tokens, nats
  torch::Tensor hidden; // (N, C) f32: d loss / d hidden
  torch::Tensor weight; // (V, C) f32: d loss / d weight
};

/// The same without autograd: the loss and its gradients as they are.
TiedCrossEntropyGradients tied_cross_entropy_gradients(
    const torch::Tensor& hidden,
    const torch::Tensor& weight,
    const torch::Tensor& targets,
    const TiedCrossEntropyOptions& options = {});

/// The loss of each token, without gradients. -> (N) f32; 0 where ignored.
torch::Tensor tied_token_losses(
    const torch::Tensor& hidden,
    const torch::Tensor& weight,
    const torch::Tensor& targets,
    const TiedCrossEntropyOptions& options = {});

} // namespace nanobrain
