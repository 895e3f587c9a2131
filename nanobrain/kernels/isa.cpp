#include "nanobrain/kernels/isa.h"

#include <ATen/detail/CUDAHooksInterface.h>

#include <cstdlib>
#include <map>

namespace nanobrain {

namespace {

/// Those that this folder has kernels for, and the limit for oneDNN, whose tile
/// products LibTorch calls; it chooses at its first use.
const std::map<Isa, const char*> kOneDnnLimits = {
    {Isa::kPortable, nullptr},
    {Isa::kNeon, nullptr},
    {Isa::kAvx2, "AVX2"},
    {Isa::kAvx512, "AVX512_CORE"},
    {Isa::kAvx512Bf16, "AVX512_CORE_BF16"},
    {Isa::kAmx, nullptr}};

} // namespace

std::vector<Isa> kernel_isas() {
  std::vector<Isa> isas = available_isas();
  std::erase_if(isas, [](Isa isa) { return !kOneDnnLimits.contains(isa); });
  return isas;
}

Isa kernel_isa() {
  static const Isa isa = [] {
    Isa best = Isa::kPortable;
    for (const Isa each : kernel_isas()) {
      if (includes(active_isa(), each)) best = each;
    }
    if (const char* limit = kOneDnnLimits.at(best)) {
      setenv("ONEDNN_MAX_CPU_ISA", limit, /*replace=*/0);
    }
    return best;
  }();
  return isa;
}

bool has_bf16_products(c10::Device device) {
  if (device.is_cpu()) return kernel_isa() >= Isa::kAvx512Bf16;
  // cuDNN asks for the same: Ampere or later.
  return device.is_cuda() &&
         at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
}

} // namespace nanobrain
