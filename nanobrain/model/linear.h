// A matrix product with an optional bias. torch::nn::Linear draws initial
// weights from the global generator in its constructor; this one leaves them
// to the model, which draws from its own or reads them from a file.
#pragma once

#include <torch/torch.h>

namespace nanobrain {

class LinearImpl : public torch::nn::Module {
 public:
  LinearImpl(int64_t in, int64_t out, bool with_bias)
      : weight(register_parameter("weight", torch::empty({out, in}))) {
    if (with_bias) {
      bias = register_parameter("bias", torch::zeros(out));
    }
  }

  /// (..., in) -> (..., out)
  torch::Tensor forward(const torch::Tensor& x) {
    return torch::linear(x, weight, bias);
  }

  torch::Tensor weight; // (out, in)
  torch::Tensor bias;   // (out); undefined where there is none
};
TORCH_MODULE(Linear);

} // namespace nanobrain
