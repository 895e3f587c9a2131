#include "nanobrain/kernels/isa.h"

#include <cstdlib>

namespace nanobrain {

namespace {

bool has_kernels(Isa isa) {
  switch (isa) {
    case Isa::kPortable:
    case Isa::kAvx2:
    case Isa::kAvx512:
    case Isa::kAvx512Bf16:
    case Isa::kAmx:
      return true;
    default:
      return false;
  }
}

Isa choose() {
  Isa best = Isa::kPortable;
  for (const Isa isa : kernel_isas()) {
    if (includes(active_isa(), isa)) best = isa;
  }
  return best;
}

/// oneDNN, whose tile products LibTorch calls, chooses at its first use.
void limit_onednn(Isa isa) {
  const char* limit = nullptr;
  if (isa == Isa::kAvx2) limit = "AVX2";
  if (isa == Isa::kAvx512) limit = "AVX512_CORE";
  if (isa == Isa::kAvx512Bf16) limit = "AVX512_CORE_BF16";
  if (limit != nullptr) setenv("ONEDNN_MAX_CPU_ISA", limit, /*replace=*/0);
}

} // namespace

std::vector<Isa> kernel_isas() {
  std::vector<Isa> isas;
  for (const Isa isa : available_isas()) {
    if (has_kernels(isa)) isas.push_back(isa);
  }
  return isas;
}

Isa kernel_isa() {
  static const Isa isa = [] {
    const Isa chosen = choose();
    limit_onednn(chosen);
    return chosen;
  }();
  return isa;
}

} // namespace nanobrain
