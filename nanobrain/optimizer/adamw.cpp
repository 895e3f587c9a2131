// AdamW: one fused pass on the processor, tensor operations on other devices.
#include <ATen/Parallel.h>

#include <cmath>

#include "nanobrain/optimizer/element_kernels.h"
#include "nanobrain/optimizer/optimizer.h"

namespace nanobrain {

namespace {

using torch::Tensor;

/// A parameter with its moments.
struct Moments {
  OptimizedParameter parameter;
  Tensor first;  // the parameter's shape
  Tensor second; // the same, or a value a row
};

void update_on_cpu(
    const AdamWScalars& scalars, const Tensor& gradient, Moments& moments) {
  constexpr int64_t kGrain = 1 << 15;
  Tensor& weight = moments.parameter.value;
  const float* g = gradient.const_data_ptr<float>();
  float* w = weight.mutable_data_ptr<float>();
  float* m = moments.first.mutable_data_ptr<float>();
  float* v = moments.second.mutable_data_ptr<float>();
  const int64_t count = weight.numel();
  if (moments.second.numel() == count) {
    at::parallel_for(0, count, kGrain, [&](int64_t i, int64_t end) {
      adamw_update(end - i, scalars, g + i, w + i, m + i, v + i);
    });
    return;
  }
  const int64_t rows = moments.second.numel(), columns = count / rows;
  const int64_t grain = std::max<int64_t>(1, kGrain / columns);
  at::parallel_for(0, rows, grain, [&](int64_t row, int64_t end) {
    for (; row < end; ++row) {
      const int64_t i = row * columns;
      adamw_row_update(columns, scalars, g + i, w + i, m + i, v + row);
    }
  });
}

void update_on_device(
    const AdamWScalars& scalars, const Tensor& gradient, Moments& moments) {
  auto& [parameter, first, second] = moments;
  Tensor& weight = parameter.value;
  const Tensor g = gradient * scalars.gradient_scale;
  first.lerp_(g, scalars.first_rate);
  Tensor square = g.square();
  if (second.dim() < square.dim() || second.numel() < square.numel()) {
    square = square.view({second.numel(), -1}).mean(1).view(second.sizes());
  }
  second.mul_(scalars.beta2).add_(square, scalars.second_rate);
  Tensor root =
      second.sqrt().div_(scalars.root_correction).add_(scalars.epsilon);
  const Tensor update = first / root * scalars.step_size;
  decay_weight(weight, update, scalars.decay, scalars.cautious);
  weight.sub_(update);
}

class AdamW : public Optimizer {
 public:
  AdamW(const UpdateConfig& config, std::vector<OptimizedParameter> parameters)
      : config_(config) {
    for (auto& parameter : parameters) {
      const Tensor value = parameter.value.detach();
      const bool of_rows = config.second_moment == SecondMoment::kRow;
      // (rows, 1), so that it divides a matrix; a vector is one row.
      Tensor second = !of_rows           ? torch::zeros_like(value)
                      : value.dim() == 2 ? value.new_zeros({value.size(0), 1})
                                         : value.new_zeros({1});
      moments_.push_back(
          {std::move(parameter), torch::zeros_like(value), std::move(second)});
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
            static_cast<float>(std::sqrt(1 - std::pow(beta2, t))),
        .cautious = config_.cautious_decay};
    const auto decay = static_cast<float>(1 - lr * config_.weight_decay);
    for (Moments& moments : moments_) {
      const OptimizedParameter& parameter = moments.parameter;
      scalars.decay = parameter.decays ? decay : 1.0F;
      const auto update =
          parameter.value.is_cpu() ? update_on_cpu : update_on_device;
      update(scalars, gradient_of(parameter), moments);
    }
  }

  NamedTensors state() const override {
    NamedTensors tensors;
    for (const auto& [parameter, first, second] : moments_) {
      tensors.emplace_back("exp_avg." + parameter.name, first);
      tensors.emplace_back("exp_avg_sq." + parameter.name, second);
    }
    return tensors;
  }

 private:
  UpdateConfig config_;
  std::vector<Moments> moments_;
};

} // namespace

std::unique_ptr<Optimizer> make_adamw(
    const UpdateConfig& config, std::vector<OptimizedParameter> parameters) {
  return std::make_unique<AdamW>(config, std::move(parameters));
}

} // namespace nanobrain
