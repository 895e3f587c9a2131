// The elementwise kernels, one table for each instruction set.
#pragma once

#include "nanobrain/kernels/attention_tile.h"
#include "nanobrain/kernels/gelu_kernels.h"
#include "nanobrain/kernels/softmax_tile.h"

namespace nanobrain {

struct VectorKernels {
  SoftmaxTile softmax;
  AttentionTile attention;
  GeluKernels gelu;
};

/// Of kernel_isa(), which is not kPortable.
const VectorKernels& vector_kernels();

extern const VectorKernels kAvx2Kernels;
extern const VectorKernels kAvx512Kernels;
extern const VectorKernels kAvx512Bf16Kernels;

} // namespace nanobrain
