// All parameters of a model with their optimizers and rates.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "nanobrain/config/run_config.h"
#include "nanobrain/optimizer/optimizer.h"

namespace nanobrain {

class ParameterGroups {
 public:
  /// `parameters` are those of config.model's inventory, in its order.
  ParameterGroups(
      const RunConfig& config, std::vector<OptimizedParameter> parameters);

  /// Updates every parameter, as Optimizer::step() after `updates` ones, at its
  /// group's peak rate times its schedule's factor of the run's step, or
  /// `factor` where it is given.
  void step(
      int64_t step,
      int64_t updates,
      double gradient_scale,
      std::optional<double> factor = std::nullopt);
  /// Of the parameters that no group names.
  double lr(int64_t step) const;
  NamedTensors state() const;

 private:
  struct Group {
    double lr;
    ScheduleConfig schedule;
    std::unique_ptr<Optimizer> optimizer;
  };
  double factor_of(const ScheduleConfig& schedule, int64_t step) const;

  RunConfig config_;
  std::vector<Group> groups_;
};

} // namespace nanobrain
