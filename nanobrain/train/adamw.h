// AdamW: Adam with decoupled weight decay (Loshchilov and Hutter 2019).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "nanobrain/train/optimizer.h"

namespace nanobrain {

/// One pass over weights, gradients and both moments; the same bits on every
/// run and any number of threads, for no element depends on another.
class AdamW : public Optimizer {
 public:
  AdamW(
      const OptimizerConfig& config,
      std::vector<OptimizedParameter> parameters);
  void step(int64_t step, double lr, double gradient_scale) override;
  /// "exp_avg.NAME" and "exp_avg_sq.NAME", PyTorch's names of the moments.
  std::vector<std::pair<std::string, torch::Tensor>> state() const override;

 private:
  OptimizerConfig config_;
  std::vector<OptimizedParameter> parameters_;
  std::vector<torch::Tensor> first_moments_;
  std::vector<torch::Tensor> second_moments_;
};

} // namespace nanobrain
