// What training asks of an optimizer. To add one: implement Optimizer in a file
// of its own, declare what makes it here, name it in optimizers() and on the
// line of UpdateConfig::kind.
#pragma once

#include <torch/nn/module.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "nanobrain/config/optimizer_config.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/model/tensor_file.h"

namespace nanobrain {

/// A trainable tensor and what the optimizer does to it.
struct OptimizedParameter {
  std::string name; // as the module names it: "h.0.attn.c_attn.weight"
  torch::Tensor value;
  bool decays = false;
  int64_t stacked = 1; // matrices that its rows hold, one after another
};

/// The parameters of the inventory, each once, in its order.
/// Error if two names share one storage, which would be stepped twice, or one
/// is not contiguous f32.
std::vector<OptimizedParameter> optimized_parameters(
    const torch::nn::Module& model, const std::vector<Parameter>& inventory);

/// The gradient of a parameter, contiguous. Error if it has none.
torch::Tensor gradient_of(const OptimizedParameter& parameter);

/// Weight decay ahead of an update that is subtracted: weight times `decay`,
/// and where `cautious` only what the update makes smaller (Chen et al. 2025,
/// arXiv:2510.12402).
void decay_weight(
    torch::Tensor& weight,
    const torch::Tensor& update,
    double decay,
    bool cautious);

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
    const UpdateConfig&, std::vector<OptimizedParameter>)>;
/// By the key `kind`. A new one is a line; tests add doubles.
std::map<std::string, MakeOptimizer>& optimizers();

/// UsageError if `kind` names none of them.
std::unique_ptr<Optimizer> make_optimizer(
    const UpdateConfig& config, std::vector<OptimizedParameter> parameters);

/// AdamW: Adam with decoupled weight decay (Loshchilov and Hutter 2019), in one
/// pass over weights, gradients and both moments; the same bits on every run
/// and any number of threads, for no element depends on another. Its state is
/// "exp_avg.NAME" and "exp_avg_sq.NAME", PyTorch's names of the moments.
std::unique_ptr<Optimizer> make_adamw(
    const UpdateConfig& config, std::vector<OptimizedParameter> parameters);

/// Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon): momentum whose
/// singular values are made 1, for matrices; stacked ones each by itself. Its
/// state is "momentum_buffer.NAME". NorMuon (Li et al. 2025, arXiv:2510.05491)
/// also divides each row by the root of its mean square, "row_square.NAME".
std::unique_ptr<Optimizer> make_muon(
    const UpdateConfig& config, std::vector<OptimizedParameter> parameters);

/// SOAP (Vyas et al. 2024, arXiv:2409.11321): AdamW in the eigenbasis of
/// Shampoo's preconditioners, renewed after an update, by one step of
/// orthogonal iteration, every `precondition_every` steps; for matrices. As in
/// its authors' code the first step makes the bases and no update. A side of
/// more than 2,048 keeps its own basis. Beside AdamW's moments its state is
/// "left.NAME", "right.NAME" and the bases "left_basis.NAME",
/// "right_basis.NAME".
std::unique_ptr<Optimizer> make_soap(
    const UpdateConfig& config, std::vector<OptimizedParameter> parameters);

/// Lion (Chen et al. 2023, arXiv:2302.06675): the sign of a momentum.
/// Its state is "exp_avg.NAME".
std::unique_ptr<Optimizer> make_lion(
    const UpdateConfig& config, std::vector<OptimizedParameter> parameters);

} // namespace nanobrain
