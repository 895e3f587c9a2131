// The table of each instruction set; softmax_tile() chooses.
#pragma once

#include "nanobrain/kernels/softmax_tile.h"

namespace nanobrain {

extern const SoftmaxTile kAvx2SoftmaxTile;
extern const SoftmaxTile kAvx512SoftmaxTile;
extern const SoftmaxTile kAvx512Bf16SoftmaxTile;

} // namespace nanobrain
