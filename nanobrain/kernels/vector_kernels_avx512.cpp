// The kernels, compiled for AVX-512.
#include "nanobrain/kernels/vector_kernels_simd.h"

namespace nanobrain {

extern const VectorKernels kAvx512Kernels = {
    .multiply = nullptr,
    .softmax = {.add_exp = add_exp, .exponentials = exponentials},
    .attention = kAttentionTile,
    .gelu = kGeluKernels};

} // namespace nanobrain
