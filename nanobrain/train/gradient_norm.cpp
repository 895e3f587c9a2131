// The 2-norm of all gradients together.
#include "nanobrain/train/gradient_norm.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nanobrain/train/element_kernels.h"

namespace nanobrain {

namespace {

double squares_on_cpu(const torch::Tensor& tensor) {
  constexpr int64_t kBlock = 1 << 15;
  const torch::Tensor values = tensor.contiguous();
  const float* data = values.const_data_ptr<float>();
  const int64_t count = values.numel();
  std::vector<double> blocks(
      static_cast<size_t>((count + kBlock - 1) / kBlock));
  at::parallel_for(
      0, static_cast<int64_t>(blocks.size()), 1, [&](int64_t b, int64_t end) {
        for (; b < end; ++b) {
          const int64_t begin = b * kBlock;
          blocks[static_cast<size_t>(b)] =
              sum_of_squares(std::min(kBlock, count - begin), data + begin);
        }
      });
  return std::accumulate(blocks.begin(), blocks.end(), 0.0);
}

} // namespace

double global_norm(const std::vector<torch::Tensor>& tensors) {
  double sum = 0;
  for (const auto& tensor : tensors) {
    sum += tensor.is_cpu()
               ? squares_on_cpu(tensor)
               : tensor.to(torch::kFloat64).square().sum().item<double>();
  }
  return std::sqrt(sum);
}

double gradient_norm(const std::vector<torch::Tensor>& parameters) {
  std::vector<torch::Tensor> gradients;
  for (const auto& parameter : parameters) {
    gradients.push_back(parameter.grad());
  }
  return global_norm(gradients);
}

double clip_scale(double norm, double max_norm) {
  constexpr double kEpsilon = 1e-6;
  if (max_norm == 0) return 1;
  return std::min(1.0, max_norm / (norm + kEpsilon));
}

} // namespace nanobrain
