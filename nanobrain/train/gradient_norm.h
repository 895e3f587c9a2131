// The 2-norm of all gradients together, for clipping and for the log.
#pragma once

#include <torch/types.h>

#include <vector>

namespace nanobrain {

/// sqrt(sum of squares) over all tensors, in double; not finite where an
/// element is not. The sum is taken over blocks of fixed size, so that it does
/// not depend on the number of threads.
double global_norm(const std::vector<torch::Tensor>& tensors);

/// The same of the gradients of parameters.
double gradient_norm(const std::vector<torch::Tensor>& parameters);

/// What to multiply gradients of norm `norm` by so that it becomes at most
/// `max_norm`, as torch.nn.utils.clip_grad_norm_ does; max_norm 0: 1.
double clip_scale(double norm, double max_norm);

} // namespace nanobrain
