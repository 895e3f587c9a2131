// Dynamic int8 as LibTorch's own operators do it, for a second opinion.
#pragma once

#include "nanobrain/model/nano_lm.h"
#include "nanobrain/quantize/replaced_products.h"

namespace nanobrain {

/// Operators of LibTorch by the names under which it registers them.
struct DynamicOperators {
  const char* pack = "quantized::linear_prepack";
  const char* multiply = "quantized::linear_dynamic";
};

/// The model's matrices packed for LibTorch's dynamic products: weights in int8
/// with a scale per output feature, activations in 7 bits with one scale and
/// zero point for all rows, as torch.ao's dynamic Linear has them. Error that
/// says why where this build of LibTorch has no such operators or no engine
/// for them.
Product torch_dynamic_product(
    NanoLM& model, const DynamicOperators& operators = {});

} // namespace nanobrain
