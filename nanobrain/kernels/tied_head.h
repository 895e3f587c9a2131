// The heavy half of tied_cross_entropy: softmax(H E^T) and its products,
// without the (tokens x vocabulary) logits ever existing whole.
#pragma once

#include "nanobrain/kernels/tied_cross_entropy.h"

namespace nanobrain {

// Both give, in place of losses, lse_t = log sum_v exp(S_tv) with S = H E^T,
// and the gradients of gradient_scale * sum_t lse_t where they are asked for:
//   dH_t = gradient_scale sum_v P_tv E_v,
//   dE_v = gradient_scale sum_t P_tv H_t,  P = exp(S - lse).

/// In plain ATen operators, a chunk of tokens at a time: any device. `bf16`
/// rounds what the products take; their sums are in f32.
TiedCrossEntropy tied_head_chunked(
    const torch::Tensor& hidden,
    const torch::Tensor& weight,
    const TiedCrossEntropyOptions& options);

/// Tiled for the caches of an x86 processor: needs kernel_isa() of AVX2 or
/// better, in bf16 AVX512-BF16. The same bits whatever the number of threads.
TiedCrossEntropy tied_head_tiled(
    const torch::Tensor& hidden,
    const torch::Tensor& weight,
    const TiedCrossEntropyOptions& options);

} // namespace nanobrain
