#include "nanobrain/model/feed_forward.h"

namespace nanobrain {

MLPImpl::MLPImpl(const ModelConfig& config)
    : c_fc(register_module(
          "c_fc", Linear(config.model_dim, config.ffn_dim, config.bias))),
      c_proj(register_module(
          "c_proj", Linear(config.ffn_dim, config.model_dim, config.bias))),
      activation_(
          config.activation == "gelu_new" ? GeluKind::kTanh : GeluKind::kErf) {}

torch::Tensor MLPImpl::forward(const torch::Tensor& x) {
  return c_proj->forward(gelu(c_fc->forward(x), activation_));
}

} // namespace nanobrain
