// A transformer block with its norms before the two halves (pre-LayerNorm):
// x += attn(ln_1(x)); x += mlp(ln_2(x)). Radford et al. 2019.
//
// B batch, T sequence, C model_dim, nh heads, hs head size, L tokens cached.
#pragma once

#include <torch/nn/modules/normalization.h>

#include <vector>

#include "nanobrain/config/model_config.h"
#include "nanobrain/kernels/gelu.h"

namespace nanobrain {

/// A matrix product with an optional bias. torch::nn::Linear draws initial
/// weights from the global generator in its constructor; this one leaves them
/// to the model, which draws from its own or reads them from a file.
class LinearImpl : public torch::nn::Module {
 public:
  LinearImpl(int64_t in, int64_t out, bool with_bias);

  /// (..., in) -> (..., out)
  torch::Tensor forward(const torch::Tensor& x);

  /// Sets `packed`, in the layout that oneDNN takes for inputs of `rows` rows;
  /// nothing happens where LibTorch is without oneDNN.
  void pack(int64_t rows);

  torch::Tensor weight; // (out, in)
  torch::Tensor bias;   // (out); undefined where there is none
  /// A copy of the weight that forward() multiplies by where it is defined; it
  /// knows no gradients. See packed_linears.h.
  torch::Tensor packed;
};
TORCH_MODULE(Linear);

/// Keys and values of the tokens seen so far, so that the next token costs one
/// token's work. Empty at first; the first forward pass makes the tensors at
/// their full length and later ones write into them. Setting `length` back
/// forgets the tokens behind it; a new batch size needs a new cache.
struct KVCache {
  int64_t length = 0;              // tokens held
  std::vector<torch::Tensor> keys; // a layer each: (B, nh, max_seq_len, hs)
  std::vector<torch::Tensor> values;
};

/// Causal multi-head self-attention with one fused product for queries, keys
/// and values. Vaswani et al. 2017; the order of the fused features is GPT-2's.
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

/// The GELU of a config's activation.
GeluKind gelu_kind(const ModelConfig& config);

/// The feed-forward half: C -> ffn_dim -> C with a GELU between.
class MLPImpl : public torch::nn::Module {
 public:
  explicit MLPImpl(const ModelConfig& config);

  /// (B, T, C) -> (B, T, C)
  torch::Tensor forward(const torch::Tensor& x);

  Linear c_fc{nullptr};
  Linear c_proj{nullptr};

 private:
  GeluKind activation_;
};
TORCH_MODULE(MLP);

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
