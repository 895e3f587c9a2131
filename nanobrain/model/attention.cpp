#include "nanobrain/model/attention.h"

#include "nanobrain/kernels/causal_attention.h"

namespace nanobrain {

using torch::Tensor;

CausalSelfAttentionImpl::CausalSelfAttentionImpl(
    const ModelConfig& config, int64_t layer)
    : c_attn(register_module(
          "c_attn",
          Linear(config.model_dim, 3 * config.model_dim, config.bias))),
      c_proj(register_module(
          "c_proj", Linear(config.model_dim, config.model_dim, config.bias))),
      layer_(layer),
      num_heads_(config.num_heads) {}

Tensor CausalSelfAttentionImpl::forward(const Tensor& x, KVCache* cache) {
  const Tensor qkv = c_attn->forward(x); // (B, T, 3C)
  return c_proj->forward(
      cache != nullptr ? attend_cached(qkv, *cache)
                       : causal_attention(qkv, num_heads_));
}

Tensor CausalSelfAttentionImpl::attend_cached(
    const Tensor& qkv, KVCache& cache) const {
  const int64_t B = qkv.size(0), T = qkv.size(1), C = qkv.size(2) / 3;
  const int64_t L = cache.length;
  const auto heads = qkv.view({B, T, 3, num_heads_, C / num_heads_})
                         .permute({2, 0, 3, 1, 4}); // (3, B, nh, T, hs)
  cache.keys[layer_].narrow(2, L, T).copy_(heads[1]);
  cache.values[layer_].narrow(2, L, T).copy_(heads[2]);
  const Tensor keys = cache.keys[layer_].narrow(2, 0, L + T);
  const Tensor values = cache.values[layer_].narrow(2, 0, L + T);
  std::optional<Tensor> mask;
  if (L > 0 && T > 1) { // token i sees the L cached ones and i + 1 new ones
    mask = torch::ones({T, L + T}, qkv.options().dtype(torch::kBool)).tril(L);
  }
  return at::scaled_dot_product_attention(
             heads[0],
             keys,
             values,
             mask,
             /*dropout_p=*/0.0,
             /*is_causal=*/L == 0)
      .transpose(1, 2)
      .reshape({B, T, C});
}

} // namespace nanobrain
