// Lion: the sign of a momentum.
#include <ATen/Parallel.h>

#include "nanobrain/optimizer/element_kernels.h"
#include "nanobrain/optimizer/optimizer.h"

namespace nanobrain {

namespace {

using torch::Tensor;

class Lion : public Optimizer {
 public:
  Lion(const UpdateConfig& config, std::vector<OptimizedParameter> parameters)
      : config_(config), parameters_(std::move(parameters)) {
    for (const auto& parameter : parameters_) {
      momenta_.push_back(torch::zeros_like(parameter.value.detach()));
    }
  }

  void step(int64_t /*step*/, double lr, double gradient_scale) override {
    const torch::NoGradGuard no_grad;
    LionScalars scalars{
        .gradient_scale = static_cast<float>(gradient_scale),
        .beta1 = static_cast<float>(config_.betas[0]),
        .beta2 = static_cast<float>(config_.betas[1]),
        .decay = 1,
        .step_size = static_cast<float>(lr),
        .cautious = config_.cautious_decay};
    const auto decay = static_cast<float>(1 - lr * config_.weight_decay);
    for (size_t i = 0; i < parameters_.size(); ++i) {
      scalars.decay = parameters_[i].decays ? decay : 1.0F;
      Tensor& weight = parameters_[i].value;
      const auto update = weight.is_cpu() ? update_on_cpu : update_on_device;
      update(scalars, gradient_of(parameters_[i]), weight, momenta_[i]);
    }
  }

  NamedTensors state() const override {
    NamedTensors tensors;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      tensors.emplace_back("exp_avg." + parameters_[i].name, momenta_[i]);
    }
    return tensors;
  }

 private:
  static void update_on_cpu(
      const LionScalars& scalars,
      const Tensor& gradient,
      Tensor& weight,
      Tensor& momentum) {
    constexpr int64_t kGrain = 1 << 15;
    const float* g = gradient.const_data_ptr<float>();
    float* w = weight.mutable_data_ptr<float>();
    float* m = momentum.mutable_data_ptr<float>();
    at::parallel_for(0, weight.numel(), kGrain, [&](int64_t i, int64_t end) {
      lion_update(end - i, scalars, g + i, w + i, m + i);
    });
  }

  static void update_on_device(
      const LionScalars& scalars,
      const Tensor& gradient,
      Tensor& weight,
      Tensor& momentum) {
    const Tensor g = gradient * scalars.gradient_scale;
    const Tensor sign = g.lerp(momentum, scalars.beta1).sign_();
    momentum.copy_(g.lerp(momentum, scalars.beta2));
    decay_weight(weight, sign, scalars.decay, scalars.cautious);
    weight.sub_(sign, scalars.step_size);
  }

  UpdateConfig config_;
  std::vector<OptimizedParameter> parameters_;
  std::vector<Tensor> momenta_;
};

} // namespace

std::unique_ptr<Optimizer> make_lion(
    const UpdateConfig& config, std::vector<OptimizedParameter> parameters) {
  return std::make_unique<Lion>(config, std::move(parameters));
}

} // namespace nanobrain
