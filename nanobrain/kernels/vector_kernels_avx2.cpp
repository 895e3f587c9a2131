// The kernels, compiled for AVX2 and FMA.
#include "nanobrain/kernels/panel_product_simd.h"
#include "nanobrain/kernels/vector_kernels_simd.h"

namespace nanobrain {

extern const VectorKernels kAvx2Kernels = {
    .multiply = multiply,
    .softmax = {.add_exp = add_exp, .exponentials = exponentials},
    .attention = kAttentionTile,
    .gelu = kGeluKernels};

} // namespace nanobrain
