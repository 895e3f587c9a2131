// Weights averaged over steps.
#include "nanobrain/optimizer/weight_average.h"

#include <algorithm>

namespace nanobrain {

WeightAverage::WeightAverage(
    const AverageConfig& config,
    int64_t steps,
    std::vector<OptimizedParameter> parameters)
    : config_(config), first_(config.first(steps)) {
  if (config.kind == AverageKind::kNone) return;
  parameters_ = std::move(parameters);
  for (const auto& parameter : parameters_) {
    averages_.push_back(torch::zeros_like(parameter.value.detach()));
  }
}

void WeightAverage::add(int64_t step) {
  if (averages_.empty() || step < first_) return;
  const torch::NoGradGuard no_grad;
  const auto t = static_cast<double>(step - first_);
  // The first is taken whole; an exponential average is a plain one at first.
  double rate = 1 / (t + 1);
  if (config_.kind == AverageKind::kEma) {
    rate = std::max(9 / (t + 9), 1 - config_.decay);
  }
  for (size_t i = 0; i < averages_.size(); ++i) {
    averages_[i].lerp_(parameters_[i].value, rate);
  }
}

bool WeightAverage::begun(int64_t steps) const {
  return !averages_.empty() && steps > first_;
}

void WeightAverage::swap() {
  const torch::NoGradGuard no_grad;
  for (size_t i = 0; i < averages_.size(); ++i) {
    torch::Tensor& weight = parameters_[i].value;
    const torch::Tensor before = weight.clone();
    weight.copy_(averages_[i]);
    averages_[i].copy_(before);
  }
}

NamedTensors WeightAverage::state() const {
  NamedTensors tensors;
  for (size_t i = 0; i < averages_.size(); ++i) {
    tensors.emplace_back("average." + parameters_[i].name, averages_[i]);
  }
  return tensors;
}

} // namespace nanobrain
