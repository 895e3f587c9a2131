// SoftmaxTile in f32, compiled for AVX2 and FMA.
#include "nanobrain/kernels/softmax_tile_tables.h"
#include "nanobrain/kernels/softmax_tile_vector.h"

namespace nanobrain {

extern const SoftmaxTile kAvx2SoftmaxTile = {
    .add_exp = add_exp, .probabilities = probabilities};

} // namespace nanobrain
