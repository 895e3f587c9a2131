#include "nanobrain/kernels/tied_cross_entropy.h"

#include <fmt/ranges.h>

#include "nanobrain/base/error.h"
#include "nanobrain/kernels/tied_head.h"

namespace nanobrain {

namespace {

using torch::Tensor;

constexpr const char* kWhere = "tied_cross_entropy";

void check_arguments(
    const Tensor& hidden,
    const Tensor& weight,
    const Tensor& targets,
    int64_t ignore_index) {
  require(
      hidden.dim() == 2 && weight.dim() == 2 && targets.dim() == 1 &&
          hidden.size(1) == weight.size(1) && hidden.size(0) == targets.size(0),
      kWhere,
      "needs hidden (N, C), weight (V, C) and targets (N), but has {}, {}, {}",
      fmt::join(hidden.sizes(), " x "),
      fmt::join(weight.sizes(), " x "),
      fmt::join(targets.sizes(), " x "));
  require(
      hidden.scalar_type() == torch::kFloat32 &&
          weight.scalar_type() == torch::kFloat32 &&
          targets.scalar_type() == torch::kInt64,
      kWhere,
      "needs f32 hidden and weight and int64 targets, but has {}, {}, {}",
      c10::toString(hidden.scalar_type()),
      c10::toString(weight.scalar_type()),
      c10::toString(targets.scalar_type()));
  const Tensor wrong =
      targets.ne(ignore_index)
          .logical_and(targets.lt(0).logical_or(targets.ge(weight.size(0))))
          .nonzero();
  if (wrong.size(0) > 0) {
    const int64_t i = wrong[0].item<int64_t>();
    fail(
        kWhere,
        "target {} of token {} is out of range; the vocabulary has {} tokens",
        targets[i].item<int64_t>(),
        i,
        weight.size(0));
  }
}

/// No target may be the ignored one here.
TiedHeadResult tied_head(
    const Tensor& hidden,
    const Tensor& weight,
    const Tensor& targets,
    bool bf16,
    bool with_gradients) {
  const bool tiled =
      hidden.device().is_cpu() && hidden.size(0) > 0 && has_brgemm();
  return tiled
             ? tied_head_brgemm(hidden, weight, targets, bf16, with_gradients)
             : tied_head_chunked(hidden, weight, targets, bf16, with_gradients);
}

/// Positions of the targets that count; undefined where all do.
Tensor counted_tokens(const Tensor& targets, int64_t ignore_index) {
  const Tensor counted = targets.ne(ignore_index);
  return counted.all().item<bool>() ? Tensor() : counted.nonzero().flatten();
}

struct TiedCrossEntropy : torch::autograd::Function<TiedCrossEntropy> {
  static Tensor forward(
      torch::autograd::AutogradContext* context,
      const Tensor& hidden,
      const Tensor& weight,
      const Tensor& targets,
      const TiedCrossEntropyOptions& options,
      bool with_gradients) {
    const Tensor counted = counted_tokens(targets, options.ignore_index);
    const auto pick = [&](const Tensor& x) {
      return counted.defined() ? x.index_select(0, counted) : x;
    };
    const TiedHeadResult head = tied_head(
        pick(hidden), weight, pick(targets), options.bf16, with_gradients);
    if (with_gradients) {
      Tensor dh = head.hidden_gradient;
      if (counted.defined()) {
        dh = torch::zeros_like(hidden).index_copy_(0, counted, dh);
      }
      context->save_for_backward({dh, head.weight_gradient});
    }
    return head.losses.sum(torch::kFloat64);
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* context,
      const torch::autograd::variable_list& grad_outputs) {
    const auto saved = context->get_saved_variables();
    const Tensor scale = grad_outputs[0].to(torch::kFloat32);
    return {saved[0] * scale, saved[1] * scale, Tensor(), Tensor(), Tensor()};
  }
};

} // namespace

Tensor tied_cross_entropy(
    const Tensor& hidden,
    const Tensor& weight,
    const Tensor& targets,
    const TiedCrossEntropyOptions& options) {
  check_arguments(hidden, weight, targets, options.ignore_index);
  const bool with_gradients =
      torch::GradMode::is_enabled() &&
      (hidden.requires_grad() || weight.requires_grad());
  return TiedCrossEntropy::apply(
      hidden, weight, targets, options, with_gradients);
}

Tensor tied_token_losses(
    const Tensor& hidden,
    const Tensor& weight,
    const Tensor& targets,
    const TiedCrossEntropyOptions& options) {
  check_arguments(hidden, weight, targets, options.ignore_index);
  const torch::NoGradGuard no_grad;
  const Tensor counted = counted_tokens(targets, options.ignore_index);
  if (!counted.defined()) {
    return tied_head(hidden, weight, targets, options.bf16, false).losses;
  }
  const Tensor losses = tied_head(
                            hidden.index_select(0, counted),
                            weight,
                            targets.index_select(0, counted),
                            options.bf16,
                            false)
                            .losses;
  return torch::zeros(hidden.size(0), hidden.options())
      .index_copy_(0, counted, losses);
}

} // namespace nanobrain
