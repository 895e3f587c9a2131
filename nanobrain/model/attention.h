// Causal multi-head self-attention with one fused product for queries, keys
// and values. Vaswani et al. 2017; the order of the fused features is GPT-2's.
//
// B batch, T sequence, C model_dim, nh heads, hs head size, L tokens cached.
#pragma once

#include <torch/torch.h>

#include "nanobrain/config/model_config.h"
#include "nanobrain/model/kv_cache.h"
#include "nanobrain/model/linear.h"

namespace nanobrain {

class CausalSelfAttentionImpl : public torch::nn::Module {
 public:
  /// `layer` is the place of this block's keys and values in a KVCache.
  CausalSelfAttentionImpl(const ModelConfig& config, int64_t layer);

  /// (B, T, C) -> (B, T, C). With a cache, x follows the tokens that it holds
  /// and its keys and values are written behind theirs; whoever calls every
  /// layer then moves cache->length on.
  torch::Tensor forward(const torch::Tensor& x, KVCache* cache = nullptr);

  Linear c_attn{nullptr};
  Linear c_proj{nullptr};

 private:
  /// qkv (B, T, 3C) -> (B, T, C)
  torch::Tensor attend_cached(const torch::Tensor& qkv, KVCache& cache) const;

  int64_t layer_;
  int64_t num_heads_;
};
TORCH_MODULE(CausalSelfAttention);

} // namespace nanobrain
