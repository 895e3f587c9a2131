// Whether matrix products in bf16 are worth it.
#pragma once

#include <c10/core/Device.h>

namespace nanobrain {

/// True where a device multiplies bf16 in hardware: CUDA, and processors with
/// AVX512-BF16 (AMX implies it). Elsewhere LibTorch's bf16 products are many
/// times slower than those in f32.
bool has_bf16_products(c10::Device device);

} // namespace nanobrain
