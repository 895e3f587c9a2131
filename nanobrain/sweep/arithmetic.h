// What a training run costs by arithmetic alone: parameters, bytes, FLOPs.
#pragma once

#include <cstdint>

#include "nanobrain/train/config.h"

namespace nanobrain {

/// Of tensors, headers left out.
struct ModelBytes {
  int64_t f32;
  int64_t int8; // as `nanobrain quantize` stores them
};
ModelBytes count_model_bytes(const ModelConfig& model);

/// FLOPs of the forward pass a token, at the mean of a window of `seq_len`
/// tokens: 2 for every weight of a matrix, the tied head's once, and 2 for each
/// product of causal attention, of which a token at position t (from 1) has
/// 2 t model_dim a layer, (seq_len + 1) model_dim at the mean. Norms, GELU and
/// softmax are left out, as in Kaplan et al. 2020 (arXiv:2001.08361, 2.1).
int64_t forward_flops_per_token(const ModelConfig& model, int64_t seq_len);

/// Of a whole run: the backward pass counts twice the forward one.
double training_flops(const RunConfig& config);

} // namespace nanobrain
