#include "nanobrain/kernels/causal_attention.h"

#include "nanobrain/kernels/attention_tiled.h"
#include "nanobrain/kernels/isa.h"

namespace nanobrain {

namespace {

using torch::Tensor;

struct TiledAttention : torch::autograd::Function<TiledAttention> {
  static Tensor forward(
      torch::autograd::AutogradContext* context,
      const Tensor& qkv,
      int64_t num_heads) {
    const auto result = attention_tiled(qkv, num_heads);
    context->save_for_backward({qkv, result.y, result.lse});
    return result.y;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* context,
      const torch::autograd::variable_list& grad_outputs) {
    const auto saved = context->get_saved_variables();
    return {
        attention_tiled_backward(
            saved[0], {saved[1], saved[2]}, grad_outputs[0].contiguous()),
        Tensor()};
  }
};

Tensor plain_attention(const Tensor& qkv, int64_t num_heads) {
  const int64_t B = qkv.size(0), T = qkv.size(1), C = qkv.size(2) / 3;
  // split, not narrow: its backward is one concatenation.
  const auto parts = qkv.split(C, /*dim=*/2);
  const auto heads = [&](const Tensor& x) { // (B, T, C) -> (B, nh, T, hs)
    return x.view({B, T, num_heads, C / num_heads}).transpose(1, 2);
  };
  return at::scaled_dot_product_attention(
             heads(parts[0]),
             heads(parts[1]),
             heads(parts[2]),
             /*attn_mask=*/{},
             /*dropout_p=*/0.0,
             /*is_causal=*/true)
      .transpose(1, 2)
      .reshape({B, T, C});
}

} // namespace

Tensor causal_attention(const Tensor& qkv, int64_t num_heads) {
  const bool tiled = qkv.is_cpu() && qkv.scalar_type() == torch::kFloat32 &&
                     kernel_isa() != Isa::kPortable;
  if (!tiled) return plain_attention(qkv, num_heads);
  return TiledAttention::apply(qkv.contiguous(), num_heads);
}

} // namespace nanobrain
