// 2-norms over lists of tensors, for clipping and for the log.
#pragma once

#include <torch/types.h>

#include <utility>
#include <vector>

namespace nanobrain {

/// sqrt(sum of squares) over all tensors, in double; not finite where an
/// element is not. On a CPU the sum is taken over blocks of fixed size, so that
/// it does not depend on the number of threads; from a device it is read back
/// once.
double global_norm(const std::vector<torch::Tensor>& tensors);

/// The same of the gradients of parameters.
double gradient_norm(const std::vector<torch::Tensor>& parameters);

/// What to multiply gradients of norm `norm` by so that it becomes at most
/// `max_norm`, as torch.nn.utils.clip_grad_norm_ does; max_norm 0: 1.
double clip_scale(double norm, double max_norm);

/// The size of an update beside that of the weights: ||W' - W|| / ||W|| over
/// all parameters. Keeps a copy of them from its first use on.
class UpdateRatio {
 public:
  explicit UpdateRatio(std::vector<torch::Tensor> parameters)
      : parameters_(std::move(parameters)) {}
  /// Notes the weights.
  void before_update();
  /// The ratio since then; not finite where all weights were 0.
  double after_update() const;

 private:
  std::vector<torch::Tensor> parameters_;
  std::vector<torch::Tensor> before_;
};

} // namespace nanobrain
