// NanoLM's forward with its matrix products computed in another way.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>

#include "nanobrain/model/nano_lm.h"
#include "nanobrain/quantize/int8_weights.h"

namespace nanobrain {

/// x (N, in) times a matrix of the model, (out, in), transposed, plus its bias
/// where it is defined: (N, out). The model's own is torch::linear.
using Product = std::function<torch::Tensor(
    const torch::Tensor& x,
    const torch::Tensor& weight,
    const torch::Tensor& bias)>;

/// Gets the output of each block, (N, C).
using OnBlock = std::function<void(int64_t layer, const torch::Tensor& x)>;

/// Hidden states after the final norm of one sequence that begins at position
/// 0. embedded (N, C): token and position rows, added -> (N, C)
torch::Tensor hidden_with(
    NanoLM& model,
    const torch::Tensor& embedded,
    const Product& product,
    const OnBlock& on_block = {});

/// The arithmetic of the int8 engine: each row of x in int8 with a scale of its
/// own, exact integer sums. The weights must outlive it.
Product int8_product(const Int8Weights& weights);

/// Operators of LibTorch by the names under which it registers them.
struct DynamicOperators {
  const char* pack = "quantized::linear_prepack";
  const char* multiply = "quantized::linear_dynamic";
};

/// For a second opinion LibTorch's own dynamic products: weights in int8 with a
/// scale per output feature, activations in 7 bits with one scale and zero
/// point for all rows, as torch.ao's dynamic Linear has them. Error that says
/// which operator or engine this build of LibTorch does not have.
Product torch_dynamic_product(
    NanoLM& model, const DynamicOperators& operators = {});

} // namespace nanobrain
