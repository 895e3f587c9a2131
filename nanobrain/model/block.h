// A transformer block with its norms before the two halves (pre-LayerNorm):
// x += attn(ln_1(x)); x += mlp(ln_2(x)). Radford et al. 2019.
#pragma once

#include <torch/torch.h>

#include "nanobrain/config/model_config.h"
#include "nanobrain/model/attention.h"
#include "nanobrain/model/feed_forward.h"
#include "nanobrain/model/kv_cache.h"

namespace nanobrain {

class BlockImpl : public torch::nn::Module {
 public:
  BlockImpl(const ModelConfig& config, int64_t layer);

  /// (B, T, C) -> (B, T, C); the cache is attention's.
  torch::Tensor forward(const torch::Tensor& x, KVCache* cache = nullptr);

  torch::nn::LayerNorm ln_1{nullptr};
  CausalSelfAttention attn{nullptr};
  torch::nn::LayerNorm ln_2{nullptr};
  MLP mlp{nullptr};
};
TORCH_MODULE(Block);

/// A LayerNorm over model_dim with weight and bias.
torch::nn::LayerNorm make_layer_norm(const ModelConfig& config);

} // namespace nanobrain
