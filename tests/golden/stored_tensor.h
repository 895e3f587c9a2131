// Tensors of safetensors files that tests compare with.
#pragma once

#include <torch/types.h>

#include <cstring>

#include "nanobrain/base/safetensors.h"

namespace nanobrain::testing {

/// A copy; of F32, F64 and I64 tensors.
inline torch::Tensor stored_tensor(const TensorView& view) {
  const auto type = view.dtype == DType::kF32   ? torch::kFloat32
                    : view.dtype == DType::kF64 ? torch::kFloat64
                                                : torch::kInt64;
  torch::Tensor tensor = torch::empty(view.shape, type);
  std::memcpy(tensor.data_ptr(), view.data.data(), view.data.size());
  return tensor;
}

} // namespace nanobrain::testing
