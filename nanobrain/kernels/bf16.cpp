#include "nanobrain/kernels/bf16.h"

#include "nanobrain/kernels/isa.h"

namespace nanobrain {

bool has_bf16_products(c10::Device device) {
  return device.is_cpu() ? kernel_isa() >= Isa::kAvx512Bf16 : device.is_cuda();
}

} // namespace nanobrain
