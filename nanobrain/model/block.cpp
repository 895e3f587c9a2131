#include "nanobrain/model/block.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include "nanobrain/kernels/causal_attention.h"

namespace nanobrain {

using torch::Tensor;

namespace {

/// An operator of LibTorch's own compiler, which has no function in C++.
template <class Signature>
std::optional<c10::TypedOperatorHandle<Signature>> find_operator(
    const char* name) {
  const auto found = c10::Dispatcher::singleton().findSchema({name, ""});
  if (!found) return std::nullopt;
  return found->typed<Signature>();
}

} // namespace

LinearImpl::LinearImpl(int64_t in, int64_t out, bool with_bias)
    : weight(register_parameter("weight", torch::empty({out, in}))) {
  if (with_bias) bias = register_parameter("bias", torch::zeros(out));
}

Tensor LinearImpl::forward(const Tensor& x) {
  if (!packed.defined()) return torch::linear(x, weight, bias);
  static const auto multiply = find_operator<Tensor(
      const Tensor&,
      const Tensor&,
      const std::optional<Tensor>&,
      std::string_view,
      c10::List<std::optional<c10::Scalar>>,
      std::optional<std::string_view>)>("mkldnn::_linear_pointwise");
  return multiply->call(
      x,
      packed,
      bias.defined() ? std::optional(bias) : std::nullopt,
      "none",
      c10::List<std::optional<c10::Scalar>>(),
      std::nullopt);
}

void LinearImpl::pack(int64_t rows) {
  static const auto reorder =
      find_operator<Tensor(const Tensor&, std::optional<c10::SymInt>)>(
          "mkldnn::_reorder_linear_weight");
  if (reorder) packed = reorder->call(weight.detach(), c10::SymInt(rows));
}

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

GeluKind gelu_kind(const ModelConfig& config) {
  return config.activation == "gelu_new" ? GeluKind::kTanh : GeluKind::kErf;
}

MLPImpl::MLPImpl(const ModelConfig& config)
    : c_fc(register_module(
          "c_fc", Linear(config.model_dim, config.ffn_dim, config.bias))),
      c_proj(register_module(
          "c_proj", Linear(config.ffn_dim, config.model_dim, config.bias))),
      activation_(gelu_kind(config)) {}

Tensor MLPImpl::forward(const Tensor& x) {
  return c_proj->forward(gelu(c_fc->forward(x), activation_));
}

torch::nn::LayerNorm make_layer_norm(const ModelConfig& config) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({config.model_dim})
                                  .eps(config.layer_norm_epsilon));
}

BlockImpl::BlockImpl(const ModelConfig& config, int64_t layer)
    : ln_1(register_module("ln_1", make_layer_norm(config))),
      attn(register_module("attn", CausalSelfAttention(config, layer))),
      ln_2(register_module("ln_2", make_layer_norm(config))),
      mlp(register_module("mlp", MLP(config))) {}

Tensor BlockImpl::forward(const Tensor& x, KVCache* cache) {
  const Tensor attended = x + attn->forward(ln_1->forward(x), cache);
  return attended + mlp->forward(ln_2->forward(attended));
}

} // namespace nanobrain
