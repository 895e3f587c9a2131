// Causal attention in f32 by tiles that stay in a core's cache.
#pragma once

#include <torch/torch.h>

namespace nanobrain {

struct TiledAttentionResult {
  torch::Tensor y;   // (B, T, C)
  torch::Tensor lse; // (B, num_heads, T): log sum exp of each query's scores
};

/// qkv (B, T, 3C) f32, contiguous, as causal_attention() takes it. Wants
/// kernel_isa() of AVX2 or better.
TiledAttentionResult attention_tiled(
    const torch::Tensor& qkv, int64_t num_heads);

/// The gradient of qkv, (B, T, 3C), from that of y, (B, T, C) contiguous. The
/// scores are made again (Dao et al. 2022).
torch::Tensor attention_tiled_backward(
    const torch::Tensor& qkv,
    const TiledAttentionResult& forward,
    const torch::Tensor& dy);

} // namespace nanobrain
