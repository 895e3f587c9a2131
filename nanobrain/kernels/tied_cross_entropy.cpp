#include "nanobrain/kernels/tied_cross_entropy.h"

#include <fmt/ranges.h>

#include "nanobrain/base/error.h"
#include "nanobrain/kernels/add_rows.h"
#include "nanobrain/kernels/isa.h"
#include "nanobrain/kernels/tied_head.h"

namespace nanobrain {

namespace {

using torch::Tensor;

constexpr const char* kWhere = "tied_cross_entropy";

void check_arguments(
    const Tensor& hidden, const Tensor& weight, const Tensor& targets) {
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
  if (!targets.is_cpu()) return;
  const Tensor wrong =
      targets.lt(0).logical_or(targets.ge(weight.size(0))).nonzero();
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

} // namespace

Tensor ordered_sum(const Tensor& x) {
  if (!x.is_cpu() || x.size(0) == 0) return x.sum();
  return x.cumsum(0)[-1];
}

TiedCrossEntropy tied_cross_entropy(
    const Tensor& hidden_in,
    const Tensor& weight_in,
    const Tensor& targets_in,
    const TiedCrossEntropyOptions& options) {
  check_arguments(hidden_in, weight_in, targets_in);
  const torch::NoGradGuard no_grad;
  const Tensor hidden = hidden_in.contiguous(), weight = weight_in.contiguous();
  const Tensor targets = targets_in.contiguous();
  const bool bf16 = options.bf16 && has_bf16_products(hidden.device());
  const bool tiled =
      hidden.is_cpu() && hidden.size(0) > 0 && kernel_isa() != Isa::kPortable;
  const auto head = tiled ? tied_head_tiled : tied_head_chunked;
  const double scale = options.gradient_scale;
  TiedCrossEntropy result =
      head(hidden, weight, {bf16, options.with_gradients, scale});

  // Scores as the products round their operands.
  const auto rounded = [&](const Tensor& x) {
    return bf16 ? x.to(torch::kBFloat16).to(torch::kFloat32) : x;
  };
  const Tensor target_rows = weight.index_select(0, targets); // (N, C)
  const Tensor target_scores =
      (rounded(hidden) * rounded(target_rows)).sum(1, false, torch::kFloat64);
  result.lse = result.losses;
  result.losses = result.lse - target_scores;
  if (options.with_gradients) {
    result.hidden_gradient.sub_(target_rows, scale);
    add_rows(result.weight_gradient, targets, hidden, -scale);
  }
  return result;
}

} // namespace nanobrain
