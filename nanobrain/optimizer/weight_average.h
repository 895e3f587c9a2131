// Weights averaged over steps (Polyak and Juditsky 1992; Izmailov et al. 2018).
#pragma once

#include <cstdint>
#include <vector>

#include "nanobrain/config/optimizer_config.h"
#include "nanobrain/optimizer/optimizer.h"

namespace nanobrain {

class WeightAverage {
 public:
  /// Of a run of so many steps; of nothing where the config says none.
  WeightAverage(
      const AverageConfig& config,
      int64_t steps,
      std::vector<OptimizedParameter> parameters);

  /// Takes in the weights after a step, counted from 0.
  void add(int64_t step);
  /// Whether `steps` done steps have given an average.
  bool begun(int64_t steps) const;
  /// Exchanges the model's weights and the average.
  void swap();
  /// "average.NAME", for checkpoints.
  NamedTensors state() const;

 private:
  AverageConfig config_;
  int64_t first_; // step that it begins with
  std::vector<OptimizedParameter> parameters_;
  std::vector<torch::Tensor> averages_;
};

/// While it lives, the model has the averaged weights, where there are any.
class AveragedWeights {
 public:
  AveragedWeights(WeightAverage& average, int64_t steps)
      : average_(average.begun(steps) ? &average : nullptr) {
    if (average_ != nullptr) average_->swap();
  }
  AveragedWeights(const AveragedWeights&) = delete;
  AveragedWeights& operator=(const AveragedWeights&) = delete;
  ~AveragedWeights() {
    if (average_ != nullptr) average_->swap();
  }

 private:
  WeightAverage* average_;
};

} // namespace nanobrain
