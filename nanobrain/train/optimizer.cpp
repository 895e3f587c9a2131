// Optimizers by name, and the parameters they take.
#include "nanobrain/train/optimizer.h"

#include <set>

#include "nanobrain/base/error.h"

namespace nanobrain {

std::vector<OptimizedParameter> optimized_parameters(
    const torch::nn::Module& model, const std::vector<Parameter>& inventory) {
  std::vector<OptimizedParameter> parameters;
  std::set<const void*> storages;
  const auto tensors = model.named_parameters();
  for (const Parameter& p : inventory) {
    const torch::Tensor& value = tensors[p.name];
    require(
        storages.insert(value.storage().data()).second,
        "optimizer",
        "{} shares its storage with another parameter and would be stepped "
        "twice; register a tied tensor once",
        p.name);
    parameters.push_back({p.name, value, p.decays()});
  }
  return parameters;
}

std::map<std::string, MakeOptimizer>& optimizers() {
  static std::map<std::string, MakeOptimizer> all = {{"adamw", make_adamw}};
  return all;
}

std::unique_ptr<Optimizer> make_optimizer(
    const OptimizerConfig& config, std::vector<OptimizedParameter> parameters) {
  const auto it = optimizers().find(config.kind);
  require<UsageError>(
      it != optimizers().end(),
      "optimizer.kind",
      "has no implementation of \"{}\"",
      config.kind);
  return it->second(config, std::move(parameters));
}

} // namespace nanobrain
