#include "nanobrain/kernels/tied_cross_entropy.h"

#include <fmt/ranges.h>

#include "nanobrain/base/error.h"
#include "nanobrain/kernels/add_rows.h"
#include "nanobrain/kernels/bf16.h"
#include "nanobrain/kernels/isa.h"
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

/// Sum over the first dimension in order, whatever the number of threads.
Tensor ordered_sum(const Tensor& x) {
  const Tensor sums = x.to(torch::kFloat64).cumsum(0);
  return x.size(0) > 0 ? sums.select(0, -1) : sums.sum(0);
}

struct HeadLosses {
  Tensor losses;          // (N) f64
  Tensor hidden_gradient; // (N, C) f32, or undefined
  Tensor weight_gradient; // (V, C) f32, or undefined
};

/// No target may be the ignored one here.
HeadLosses all_tokens(
    const Tensor& hidden,
    const Tensor& weight,
    const Tensor& targets,
    const TiedCrossEntropyOptions& options,
    bool with_gradients) {
  const bool bf16 = options.bf16 && has_bf16_products(hidden.device());
  const bool tiled =
      hidden.is_cpu() && hidden.size(0) > 0 && kernel_isa() != Isa::kPortable;
  const auto head = tiled ? tied_head_tiled : tied_head_chunked;
  TiedHeadResult result =
      head(hidden, weight, {bf16, options.gradient_scale, with_gradients});

  // Scores as the products round their operands.
  const auto rounded = [&](const Tensor& x) {
    return bf16 ? x.to(torch::kBFloat16).to(torch::kFloat32) : x;
  };
  const Tensor target_rows = weight.index_select(0, targets); // (N, C)
  const Tensor target_scores =
      (rounded(hidden) * rounded(target_rows)).sum(1, false, torch::kFloat64);
  if (with_gradients) {
    const double scale = options.gradient_scale;
    result.hidden_gradient.sub_(target_rows, scale);
    add_rows(result.weight_gradient, targets, hidden, -scale);
  }
  return {
      result.lse - target_scores,
      result.hidden_gradient,
      result.weight_gradient};
}

/// Ignored targets have a loss and a gradient of 0.
HeadLosses head_losses(
    const Tensor& hidden,
    const Tensor& weight,
    const Tensor& targets,
    const TiedCrossEntropyOptions& options,
    bool with_gradients) {
  check_arguments(hidden, weight, targets, options.ignore_index);
  const torch::NoGradGuard no_grad;
  const Tensor h = hidden.contiguous(), e = weight.contiguous();
  const Tensor counts = targets.ne(options.ignore_index);
  if (counts.all().item<bool>()) {
    return all_tokens(h, e, targets.contiguous(), options, with_gradients);
  }
  const Tensor at = counts.nonzero().flatten();
  HeadLosses some = all_tokens(
      h.index_select(0, at),
      e,
      targets.index_select(0, at),
      options,
      with_gradients);
  HeadLosses all{
      torch::zeros({h.size(0)}, some.losses.options())
          .index_copy_(0, at, some.losses),
      Tensor(),
      some.weight_gradient};
  if (with_gradients) {
    all.hidden_gradient =
        torch::zeros_like(h).index_copy_(0, at, some.hidden_gradient);
  }
  return all;
}

struct TiedCrossEntropy : torch::autograd::Function<TiedCrossEntropy> {
  static Tensor forward(
      torch::autograd::AutogradContext* context,
      const Tensor& hidden,
      const Tensor& weight,
      const Tensor& targets,
      const TiedCrossEntropyOptions& options,
      bool with_gradients) {
    const HeadLosses head =
        head_losses(hidden, weight, targets, options, with_gradients);
    if (with_gradients) {
      context->save_for_backward({head.hidden_gradient, head.weight_gradient});
    }
    return ordered_sum(head.losses);
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
  const bool with_gradients =
      torch::GradMode::is_enabled() &&
      (hidden.requires_grad() || weight.requires_grad());
  return TiedCrossEntropy::apply(
      hidden, weight, targets, options, with_gradients);
}

TiedCrossEntropyGradients tied_cross_entropy_gradients(
    const Tensor& hidden,
    const Tensor& weight,
    const Tensor& targets,
    const TiedCrossEntropyOptions& options) {
  const HeadLosses head =
      head_losses(hidden, weight, targets, options, /*with_gradients=*/true);
  return {
      ordered_sum(head.losses).item<double>(),
      head.hidden_gradient,
      head.weight_gradient};
}

Tensor tied_token_losses(
    const Tensor& hidden,
    const Tensor& weight,
    const Tensor& targets,
    const TiedCrossEntropyOptions& options) {
  return head_losses(hidden, weight, targets, options, /*with_gradients=*/false)
      .losses.to(torch::kFloat32);
}

} // namespace nanobrain
