#include "nanobrain/kernels/bf16.h"

#include <ATen/cpu/Utils.h>

namespace nanobrain {

namespace {

bool cpu_has_bf16() {
  const auto capabilities = at::cpu::get_cpu_capabilities();
  const auto found = capabilities.find("avx512_bf16");
  return found != capabilities.end() && found->second.toBool();
}

} // namespace

bool has_bf16_products(c10::Device device) {
  static const bool cpu = cpu_has_bf16();
  return device.is_cpu() ? cpu : device.is_cuda();
}

} // namespace nanobrain
