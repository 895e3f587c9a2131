// GELU that remembers nothing but its input.
#pragma once

#include <torch/types.h>

namespace nanobrain {

enum class GeluKind {
  kErf,  // exact: Hugging Face's "gelu"
  kTanh, // its approximation, GPT-2's own: "gelu_new"
};

/// GELU of every element, with gradient. In f32 on a CPU by vector kernels,
/// within 2e-7 max(1, |x|) of the exact value; elsewhere LibTorch's own.
torch::Tensor gelu(const torch::Tensor& x, GeluKind kind);

} // namespace nanobrain
