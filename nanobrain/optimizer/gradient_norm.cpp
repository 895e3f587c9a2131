// 2-norms over lists of tensors.
#include "nanobrain/optimizer/gradient_norm.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nanobrain/optimizer/element_kernels.h"

namespace nanobrain {

namespace {

using torch::Tensor;

/// The sum of squares(begin, count) over blocks of [0, count).
template <class Squares>
double sum_of_blocks(int64_t count, const Squares& squares) {
  constexpr int64_t kBlock = 1 << 15;
  std::vector<double> blocks(
      static_cast<size_t>((count + kBlock - 1) / kBlock));
  at::parallel_for(
      0, static_cast<int64_t>(blocks.size()), 1, [&](int64_t b, int64_t end) {
        for (; b < end; ++b) {
          const int64_t begin = b * kBlock;
          blocks[static_cast<size_t>(b)] =
              squares(begin, std::min(kBlock, count - begin));
        }
      });
  return std::accumulate(blocks.begin(), blocks.end(), 0.0);
}

double squares_on_cpu(const Tensor& tensor) {
  const Tensor values = tensor.contiguous();
  const float* data = values.const_data_ptr<float>();
  return sum_of_blocks(values.numel(), [&](int64_t begin, int64_t count) {
    return sum_of_squares(count, data + begin);
  });
}

/// Of contiguous tensors.
double squared_distance_on_cpu(const Tensor& x, const Tensor& y) {
  const float* a = x.const_data_ptr<float>();
  const float* b = y.const_data_ptr<float>();
  return sum_of_blocks(x.numel(), [&](int64_t begin, int64_t count) {
    return squared_distance(count, a + begin, b + begin);
  });
}

Tensor squares_on_device(const Tensor& tensor) {
  return tensor.to(torch::kFloat64).square().sum();
}

/// Of values on a device, read back once.
double sum_of(const std::vector<Tensor>& values) {
  return values.empty() ? 0 : torch::stack(values).sum().item<double>();
}

} // namespace

double global_norm(const std::vector<Tensor>& tensors) {
  double sum = 0;
  std::vector<Tensor> on_device;
  for (const auto& tensor : tensors) {
    if (tensor.is_cpu()) {
      sum += squares_on_cpu(tensor);
    } else {
      on_device.push_back(squares_on_device(tensor));
    }
  }
  return std::sqrt(sum + sum_of(on_device));
}

double gradient_norm(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> gradients;
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

void UpdateRatio::before_update() {
  const torch::NoGradGuard no_grad;
  before_.resize(parameters_.size());
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (!before_[i].defined()) before_[i] = torch::empty_like(parameters_[i]);
    before_[i].copy_(parameters_[i]);
  }
}

double UpdateRatio::after_update() const {
  const torch::NoGradGuard no_grad;
  double sum = 0;
  std::vector<Tensor> on_device;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor &now = parameters_[i], &before = before_[i];
    if (now.is_cpu()) {
      sum += squared_distance_on_cpu(now, before);
    } else {
      on_device.push_back(squares_on_device(now - before));
    }
  }
  return std::sqrt(sum + sum_of(on_device)) / global_norm(before_);
}

} // namespace nanobrain
