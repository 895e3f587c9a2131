// The instruction set that the kernels of this folder use.
#pragma once

#include <c10/core/Device.h>

#include <vector>

#include "nanobrain/base/isa.h"

namespace nanobrain {

/// Those of available_isas() that this folder has kernels for, the best last.
/// Portable: LibTorch operators alone.
std::vector<Isa> kernel_isas();

/// The best of kernel_isas() that active_isa() includes. Fixed at the first
/// call, for LibTorch's tile products as well.
Isa kernel_isa();

/// True where a device multiplies bf16 in hardware: CUDA from Ampere on, and
/// processors with AVX512-BF16 (AMX implies it). Elsewhere LibTorch's bf16
/// products are many times slower than those in f32.
bool has_bf16_products(c10::Device device);

} // namespace nanobrain
