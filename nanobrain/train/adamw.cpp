// AdamW: one fused pass on the processor, tensor operations on other devices.

#include <ATen/Parallel.h>

#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/train/element_kernels.h"
#include "nanobrain/train/optimizer.h"

namespace nanobrain {

namespace {

void update_on_cpu(
    const AdamWScalars& scalars,
    const torch::Tensor& gradient,
    torch::Tensor& weight,
    torch::Tensor& first_moment,
    torch::Tensor& second_moment) {
  constexpr int64_t kGrain = 1 << 15;
  const float* g = gradient.const_data_ptr<float>();
  float* w = weight.mutable_data_ptr<float>();
  float* m = first_moment.mutable_data_ptr<float>();
  float* v = second_moment.mutable_data_ptr<float>();
  at::parallel_for(0, weight.numel(), kGrain, [&](int64_t i, int64_t end) {
    adamw_update(end - i, scalars, g + i, w + i, m + i, v + i);
  });
}

void update_on_device(
    const AdamWScalars& scalars,
    const torch::Tensor& gradient,
    torch::Tensor& weight,
    torch::Tensor& first_moment,
    torch::Tensor& second_moment) {
  const torch::Tensor g = gradient * scalars.gradient_scale;
  first_moment.lerp_(g, scalars.first_rate);
  second_moment.mul_(scalars.beta2).addcmul_(g, g, scalars.second_rate);
  const torch::Tensor root =
      second_moment.sqrt().div_(scalars.root_correction).add_(scalars.epsilon);
  weight.mul_(scalars.decay).addcdiv_(first_moment, root, -scalars.step_size);
}

class AdamW : public Optimizer {
 public:
  AdamW(
      const OptimizerConfig& config, std::vector<OptimizedParameter> parameters)
      : config_(config), parameters_(std::move(parameters)) {
    for (const auto& parameter : parameters_) {
      require(
          parameter.value.scalar_type() == torch::kFloat32 &&
              parameter.value.is_contiguous(),
          "adamw",
          "parameter {} must be contiguous f32",
          parameter.name);
      const torch::Tensor value = parameter.value.detach();
      first_moments_.push_back(torch::zeros_like(value));
      second_moments_.push_back(torch::zeros_like(value));
    }
  }

  void step(int64_t step, double lr, double gradient_scale) override {
    const torch::NoGradGuard no_grad;
    const auto [beta1, beta2] = config_.betas;
    const auto t = static_cast<double>(step + 1);
    AdamWScalars scalars{
        .gradient_scale = static_cast<float>(gradient_scale),
        .first_rate = static_cast<float>(1 - beta1),
        .beta2 = static_cast<float>(beta2),
        .second_rate = static_cast<float>(1 - beta2),
        .epsilon = static_cast<float>(config_.epsilon),
        .decay = 1,
        .step_size = static_cast<float>(lr / (1 - std::pow(beta1, t))),
        .root_correction =
            static_cast<float>(std::sqrt(1 - std::pow(beta2, t)))};
    const auto decay = static_cast<float>(1 - lr * config_.weight_decay);
    for (size_t i = 0; i < parameters_.size(); ++i) {
      torch::Tensor& weight = parameters_[i].value;
      require(
          weight.grad().defined(),
          "adamw",
          "parameter {} has no gradient: the loss does not depend on it",
          parameters_[i].name);
      const torch::Tensor gradient = weight.grad().contiguous();
      scalars.decay = parameters_[i].decays ? decay : 1.0F;
      const auto update = weight.is_cpu() ? update_on_cpu : update_on_device;
      update(scalars, gradient, weight, first_moments_[i], second_moments_[i]);
    }
  }

  NamedTensors state() const override {
    NamedTensors tensors;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      tensors.emplace_back("exp_avg." + parameters_[i].name, first_moments_[i]);
      tensors.emplace_back(
          "exp_avg_sq." + parameters_[i].name, second_moments_[i]);
    }
    return tensors;
  }

 private:
  OptimizerConfig config_;
  std::vector<OptimizedParameter> parameters_;
  std::vector<torch::Tensor> first_moments_;
  std::vector<torch::Tensor> second_moments_;
};

} // namespace

std::unique_ptr<Optimizer> make_adamw(
    const OptimizerConfig& config, std::vector<OptimizedParameter> parameters) {
  return std::make_unique<AdamW>(config, std::move(parameters));
}

} // namespace nanobrain
