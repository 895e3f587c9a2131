// Head and loss of a model whose output head is tied to its embedder, without
// the (tokens x vocabulary) logits ever existing whole: they are made, used
// and thrown away a chunk of tokens at a time, forward and backward in one
// pass.
//
// N tokens, C model_dim, V vocabulary.
#pragma once

#include <torch/torch.h>

namespace nanobrain {

struct TiedCrossEntropyOptions {
  /// Matrix products and the chunk of logits in bf16; sums and both gradients
  /// in f32. Twice as fast. Where the device has no bf16 products
  /// (has_bf16_products) they stay in f32.
  bool bf16 = false;
  /// targets with this value are left out
  int64_t ignore_index = -100;
};

/// Sum over tokens of -log softmax(H E^T)[target], in nats, as a 0-dim f64
/// tensor that backward() differentiates (once) with respect to H and E.
///   hidden (N, C) f32, weight (V, C) f32, targets (N) int64
/// The gradients are made here, with the loss, where one of the two requires
/// one; backward() only scales them. The result depends on the number of
/// threads in the last bits and on nothing else. Error where shapes or dtypes
/// are wrong or a target is out of range.
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
