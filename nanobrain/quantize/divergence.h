// How far predictions are from those of a reference, token by token.
#pragma once

#include <torch/types.h>

#include <span>
#include <vector>

namespace nanobrain {

/// Of N tokens, each (N) f64 on the CPU.
struct TokenDivergence {
  torch::Tensor nats;     // -ln p(target)
  torch::Tensor kl;       // sum over the vocabulary of r ln(r / p), in nats
  torch::Tensor same_top; // 1 where p and r have the same most likely token
};

/// One for each of `logits`, which give p, (N, V) f32; the first of them gives
/// r. targets (N) int64.
std::vector<TokenDivergence> compare_predictions(
    std::span<const torch::Tensor> logits, const torch::Tensor& targets);

} // namespace nanobrain
