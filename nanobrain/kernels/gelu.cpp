#include "nanobrain/kernels/gelu.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include "nanobrain/kernels/isa.h"
#include "nanobrain/kernels/vector_kernels.h"

namespace nanobrain {

namespace {

using torch::Tensor;

constexpr int64_t kGrain = 1 << 15; // elements a thread takes at least

struct GeluFunction : torch::autograd::Function<GeluFunction> {
  static Tensor forward(
      torch::autograd::AutogradContext* context,
      const Tensor& x,
      GeluKind kind) {
    context->save_for_backward({x});
    context->saved_data["kind"] = static_cast<int64_t>(kind);
    const GeluKernels& kernels = vector_kernels(kernel_isa()).gelu;
    const auto apply = kind == GeluKind::kErf ? kernels.erf : kernels.tanh;
    const Tensor y = torch::empty_like(x);
    const float* in = x.const_data_ptr<float>();
    float* out = y.mutable_data_ptr<float>();
    at::parallel_for(0, x.numel(), kGrain, [&](int64_t i, int64_t end) {
      apply(in + i, end - i, out + i);
    });
    return y;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* context,
      const torch::autograd::variable_list& grad_outputs) {
    const auto kind = context->saved_data["kind"].toInt();
    const GeluKernels& kernels = vector_kernels(kernel_isa()).gelu;
    const auto apply = static_cast<GeluKind>(kind) == GeluKind::kErf
                           ? kernels.erf_backward
                           : kernels.tanh_backward;
    const Tensor x = context->get_saved_variables()[0];
    const Tensor dy = grad_outputs[0].contiguous(), dx = torch::empty_like(x);
    const float* in = x.const_data_ptr<float>();
    const float* gradient = dy.const_data_ptr<float>();
    float* out = dx.mutable_data_ptr<float>();
    at::parallel_for(0, x.numel(), kGrain, [&](int64_t i, int64_t end) {
      apply(in + i, gradient + i, end - i, out + i);
    });
    return {dx, Tensor()};
  }
};

} // namespace

Tensor gelu(const Tensor& x, GeluKind kind) {
  const bool vectors = x.is_cpu() && x.scalar_type() == torch::kFloat32 &&
                       kernel_isa() != Isa::kPortable;
  if (!vectors) return at::gelu(x, kind == GeluKind::kErf ? "none" : "tanh");
  return GeluFunction::apply(x.contiguous(), kind);
}

} // namespace nanobrain
