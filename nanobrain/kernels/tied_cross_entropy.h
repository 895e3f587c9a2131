// Head and loss of a model whose output head is tied to its embedder, without
// the (tokens x vocabulary) logits ever existing whole: they are made, used
// and thrown away a chunk at a time, forward and backward in one pass.
#pragma once

#include <torch/torch.h>

namespace nanobrain {

struct TiedCrossEntropyOptions {
  /// matrix products in bf16 with f32 accumulation
  bool bf16 = false;
  /// targets with this value are left out
  int64_t ignore_index = -100;
};

/// Sum over tokens of -log softmax(H E^T)[target], in nats, as a 0-dim f64
/// tensor that backward() differentiates with respect to H and E.
///   hidden (N, C) f32, weight (V, C) f32, targets (N) int64
torch::Tensor tied_cross_entropy(
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
