// What LibTorch computes on here.
#pragma once

#include <torch/cuda.h>
#include <torch/types.h>

#include <vector>

namespace nanobrain::testing {

/// The processor, and a CUDA device where there is one: goldens hold on both.
inline std::vector<torch::Device> devices() {
  std::vector<torch::Device> all = {torch::kCPU};
  if (torch::cuda::is_available()) all.emplace_back(torch::kCUDA);
  return all;
}

} // namespace nanobrain::testing
