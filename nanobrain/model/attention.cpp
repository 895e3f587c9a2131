#include "nanobrain/model/attention.h"

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
  const int64_t B = x.size(0), T = x.size(1), C = x.size(2);
  const auto heads = [&](const Tensor&
                             features) { // (B, T, C) -> (B, nh, T, hs)
    return features.view({B, T, num_heads_, C / num_heads_}).transpose(1, 2);
  };
  // split, not narrow: its backward is one concatenation.
  const auto qkv = c_attn->forward(x).split(C, /*dim=*/2);
  const Tensor q = heads(qkv[0]), k = heads(qkv[1]), v = heads(qkv[2]);
  const Tensor y = cache != nullptr ? attend_cached(q, k, v, *cache)
                                    : at::scaled_dot_product_attention(
                                          q,
                                          k,
                                          v,
                                          /*attn_mask=*/{},
                                          /*dropout_p=*/0.0,
                                          /*is_causal=*/true);
  // (B, nh, T, hs) -> (B, T, C); the flash kernel's output lies that way.
  return c_proj->forward(y.transpose(1, 2).reshape({B, T, C}));
}

Tensor CausalSelfAttentionImpl::attend_cached(
    const Tensor& q, const Tensor& k, const Tensor& v, KVCache& cache) const {
  const int64_t T = q.size(2), L = cache.length;
  cache.keys[layer_].narrow(2, L, T).copy_(k);
  cache.values[layer_].narrow(2, L, T).copy_(v);
  const Tensor keys = cache.keys[layer_].narrow(2, 0, L + T);
  const Tensor values = cache.values[layer_].narrow(2, 0, L + T);
  std::optional<Tensor> mask;
  if (L > 0 && T > 1) { // token i sees the L cached ones and i + 1 new ones
    mask = torch::ones({T, L + T}, q.options().dtype(torch::kBool)).tril(L);
  }
  return at::scaled_dot_product_attention(
      q, keys, values, mask, /*dropout_p=*/0.0, /*is_causal=*/L == 0);
}

} // namespace nanobrain
