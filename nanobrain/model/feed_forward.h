// The feed-forward half of a block: C -> ffn_dim -> C with a GELU between.
// Hendrycks and Gimpel 2016.
#pragma once

#include <torch/torch.h>

#include "nanobrain/config/model_config.h"
#include "nanobrain/kernels/gelu.h"
#include "nanobrain/model/linear.h"

namespace nanobrain {

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

} // namespace nanobrain
