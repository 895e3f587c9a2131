// What the trainer asks of an optimizer. To add one: implement Optimizer in a
// file of its own, declare what makes it here, name it in optimizers() and on
// the line of OptimizerConfig::kind.
#pragma once

#include <torch/nn/module.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "nanobrain/config/parameters.h"
#include "nanobrain/config/run_config.h"
#include "nanobrain/model/tensor_file.h"

namespace nanobrain {

/// A trainable tensor and what the optimizer does to it.
struct OptimizedParameter {
  std::string name; // as the module names it: "h.0.attn.c_attn.weight"
  torch::Tensor value;
  bool decays = false;
};

/// The parameters of the inventory, each once.
/// Error if two names share one storage: it would be stepped twice.
std::vector<OptimizedParameter> optimized_parameters(
    const torch::nn::Module& model, const std::vector<Parameter>& inventory);

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// Updates every parameter from its gradient times `gradient_scale`. `step`
  /// counts updates from 0.
  virtual void step(int64_t step, double lr, double gradient_scale) = 0;
  /// All that the next step depends on beside weights and step, by name: the
  /// live tensors, read by a checkpoint and written by resuming.
  virtual NamedTensors state() const = 0;
};

using MakeOptimizer = std::function<std::unique_ptr<Optimizer>(
    const OptimizerConfig&, std::vector<OptimizedParameter>)>;
/// By optimizer.kind. A new one is a line; tests add doubles.
std::map<std::string, MakeOptimizer>& optimizers();

/// UsageError if optimizer.kind names none of them.
std::unique_ptr<Optimizer> make_optimizer(
    const OptimizerConfig& config, std::vector<OptimizedParameter> parameters);

/// AdamW: Adam with decoupled weight decay (Loshchilov and Hutter 2019), in one
/// pass over weights, gradients and both moments; the same bits on every run
/// and any number of threads, for no element depends on another. Its state is
/// "exp_avg.NAME" and "exp_avg_sq.NAME", PyTorch's names of the moments.
std::unique_ptr<Optimizer> make_adamw(
    const OptimizerConfig& config, std::vector<OptimizedParameter> parameters);

} // namespace nanobrain
