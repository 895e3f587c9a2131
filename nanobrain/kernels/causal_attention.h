// Multi-head causal self-attention (Vaswani et al. 2017) on packed projections.
#pragma once

#include <torch/types.h>

namespace nanobrain {

/// qkv (B, T, 3C): queries, keys and values side by side, each with its
/// `num_heads` heads of C / num_heads features side by side. Returns
/// softmax(Q K^T / sqrt(C / num_heads)) V of all heads, (B, T, C), with
/// gradient; position t sees positions 0 to t. In f32 on a CPU by tiles of this
/// folder's own, the same bits whatever the number of threads; elsewhere by
/// LibTorch's scaled_dot_product_attention.
torch::Tensor causal_attention(const torch::Tensor& qkv, int64_t num_heads);

} // namespace nanobrain
