// How far predictions lie from those of a reference, token by token.
#pragma once

#include <torch/torch.h>

namespace nanobrain {

/// Of N tokens, each (N) f64 on the CPU.
struct TokenDivergence {
  torch::Tensor nats;     // -ln p(target)
  torch::Tensor kl;       // sum over the vocabulary of r ln(r / p), in nats
  torch::Tensor same_top; // 1 where p and r have the same most likely token
};

/// `reference` gives r and `logits` p, both (N, V) f32; targets (N) int64.
TokenDivergence compare_predictions(
    const torch::Tensor& reference,
    const torch::Tensor& logits,
    const torch::Tensor& targets);

/// -ln p(target) alone, (N) f64.
torch::Tensor target_nats(
    const torch::Tensor& logits, const torch::Tensor& targets);

} // namespace nanobrain
