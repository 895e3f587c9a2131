// The work of tied_cross_entropy, behind its autograd::Function: losses and
// gradients of softmax(H E^T) without the logits ever existing whole.
#pragma once

#include <torch/torch.h>

namespace nanobrain {

struct TiedHeadResult {
  torch::Tensor losses;          // (N) f32, -log softmax(H E^T)[target] in nats
  torch::Tensor hidden_gradient; // (N, C) f32 of the summed loss; or undefined
  torch::Tensor weight_gradient; // (V, C) f32
};

/// In plain ATen operators, a chunk of tokens at a time: any device.
TiedHeadResult tied_head_chunked(
    const torch::Tensor& hidden,
    const torch::Tensor& weight,
    const torch::Tensor& targets,
    bool bf16,
    bool with_gradients);

/// True where tied_head_brgemm can run: AVX-512 with BF16.
bool has_brgemm();

/// Tiled for the caches of an x86 processor with AVX-512 (AMX where there is
/// one). The same bits whatever the number of threads.
TiedHeadResult tied_head_brgemm(
    const torch::Tensor& hidden,
    const torch::Tensor& weight,
    const torch::Tensor& targets,
    bool bf16,
    bool with_gradients);

} // namespace nanobrain
