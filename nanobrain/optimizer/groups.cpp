// All parameters of a model with their optimizers and rates.
#include "nanobrain/optimizer/groups.h"

#include <map>

#include "nanobrain/config/parameter_groups.h"
#include "nanobrain/optimizer/schedule.h"

namespace nanobrain {

ParameterGroups::ParameterGroups(
    const RunConfig& config, std::vector<OptimizedParameter> parameters)
    : config_(config) {
  const auto names =
      group_of_each(config.optimizer, list_parameters(config.model));
  std::map<std::string, std::vector<OptimizedParameter>> members;
  for (size_t i = 0; i < names.size(); ++i) {
    members[names[i]].push_back(std::move(parameters[i]));
  }
  for (auto& [name, list] : members) {
    const auto& groups = config.optimizer.groups;
    const UpdateConfig& update =
        name.empty() ? config.optimizer
                     : static_cast<const UpdateConfig&>(groups.at(name));
    const ScheduleConfig schedule =
        name.empty() ? config.schedule
                     : groups.at(name).schedule.value_or(config.schedule);
    groups_.push_back(
        {update.lr, schedule, make_optimizer(update, std::move(list))});
  }
}

void ParameterGroups::step(
    int64_t step,
    int64_t updates,
    double gradient_scale,
    std::optional<double> factor) {
  for (const Group& group : groups_) {
    const double scheduled = factor_of(group.schedule, step);
    group.optimizer->step(
        updates, group.lr * factor.value_or(scheduled), gradient_scale);
  }
}

double ParameterGroups::lr(int64_t step) const {
  return config_.optimizer.lr * factor_of(config_.schedule, step);
}

NamedTensors ParameterGroups::state() const {
  NamedTensors all;
  for (const Group& group : groups_) {
    for (auto& named : group.optimizer->state()) all.push_back(named);
  }
  return all;
}

double ParameterGroups::factor_of(
    const ScheduleConfig& schedule, int64_t step) const {
  return learning_rate_factor(schedule, step, config_.train.steps);
}

} // namespace nanobrain
