// SoftmaxTile in f32, compiled for AVX-512.
#include "nanobrain/kernels/softmax_tile_tables.h"
#include "nanobrain/kernels/softmax_tile_vector.h"

namespace nanobrain {

extern const SoftmaxTile kAvx512SoftmaxTile = {
    .add_exp = add_exp, .probabilities = probabilities};

} // namespace nanobrain
