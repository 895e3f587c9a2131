#include "nanobrain/model/block.h"

namespace nanobrain {

torch::nn::LayerNorm make_layer_norm(const ModelConfig& config) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({config.model_dim})
                                  .eps(config.layer_norm_epsilon));
}

BlockImpl::BlockImpl(const ModelConfig& config, int64_t layer)
    : ln_1(register_module("ln_1", make_layer_norm(config))),
      attn(register_module("attn", CausalSelfAttention(config, layer))),
      ln_2(register_module("ln_2", make_layer_norm(config))),
      mlp(register_module("mlp", MLP(config))) {}

torch::Tensor BlockImpl::forward(const torch::Tensor& x, KVCache* cache) {
  const torch::Tensor attended = x + attn->forward(ln_1->forward(x), cache);
  return attended + mlp->forward(ln_2->forward(attended));
}

} // namespace nanobrain
