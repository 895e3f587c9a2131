// Optimizers by name, and the parameters they take.
#include "nanobrain/optimizer/optimizer.h"

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
    require(
        value.scalar_type() == torch::kFloat32 && value.is_contiguous(),
        "optimizer",
        "parameter {} must be contiguous f32",
        p.name);
    parameters.push_back({p.name, value, p.decays(), p.stacked});
  }
  return parameters;
}

torch::Tensor gradient_of(const OptimizedParameter& parameter) {
  const torch::Tensor& gradient = parameter.value.grad();
  require(
      gradient.defined(),
      "optimizer",
      "parameter {} has no gradient: the loss does not depend on it",
      parameter.name);
  return gradient.contiguous();
}

void decay_weight(
    torch::Tensor& weight,
    const torch::Tensor& update,
    double decay,
    bool cautious) {
  if (cautious) {
    weight.mul_(torch::where(update * weight > 0, decay, 1.0));
  } else {
    weight.mul_(decay);
  }
}

std::map<std::string, MakeOptimizer>& optimizers() {
  static std::map<std::string, MakeOptimizer> all = {
      {"adamw", make_adamw},
      {"lion", make_lion},
      {"muon", make_muon},
      {"normuon", make_muon},
      {"soap", make_soap}};
  return all;
}

std::unique_ptr<Optimizer> make_optimizer(
    const UpdateConfig& config, std::vector<OptimizedParameter> parameters) {
  const auto it = optimizers().find(config.kind);
  require<UsageError>(
      it != optimizers().end(),
      "optimizer.kind",
      "has no implementation of \"{}\"",
      config.kind);
  return it->second(config, std::move(parameters));
}

} // namespace nanobrain
