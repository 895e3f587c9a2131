// The elementwise kernels, compiled for AVX-512.
#include "nanobrain/kernels/vector_kernels.h"

#include "nanobrain/kernels/attention_tile_simd.h"
#include "nanobrain/kernels/gelu_kernels_simd.h"
#include "nanobrain/kernels/softmax_tile_simd.h"

namespace nanobrain {

extern const VectorKernels kAvx512Kernels = {
    .softmax = {.add_exp = add_exp, .probabilities = probabilities},
    .attention = kAttentionTile,
    .gelu = kGeluKernels};

} // namespace nanobrain
