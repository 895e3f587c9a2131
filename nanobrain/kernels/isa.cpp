#include "nanobrain/kernels/isa.h"

#include <ATen/cpu/Utils.h>
#include <fmt/ranges.h>

#include <cstdlib>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

bool has(const char* capability) {
  static const auto capabilities = at::cpu::get_cpu_capabilities();
  const auto found = capabilities.find(capability);
  return found != capabilities.end() && found->second.toBool();
}

bool is_available(Isa isa) {
  switch (isa) {
    case Isa::kPortable:
      return true;
    case Isa::kAvx2:
      return has("avx2") && has("fma3");
    case Isa::kAvx512:
      return is_available(Isa::kAvx2) && has("avx512_f") && has("avx512_bw") &&
             has("avx512_vl") && has("avx512_dq");
    case Isa::kAvx512Bf16:
      return is_available(Isa::kAvx512) && has("avx512_bf16");
    case Isa::kAmx:
      return is_available(Isa::kAvx512Bf16) && has("amx_tile") &&
             has("amx_bf16");
  }
  return false;
}

Isa choose() {
  const auto available = available_isas();
  const char* wanted = std::getenv("NANOBRAIN_ISA");
  if (wanted == nullptr || *wanted == '\0') return available.back();
  for (const Isa isa : available) {
    if (wanted == std::string(name(isa))) return isa;
  }
  std::vector<const char*> names;
  for (const Isa isa : available) names.push_back(name(isa));
  fail<UsageError>(
      "NANOBRAIN_ISA",
      "names {}, which this processor does not have; take one of {}",
      wanted,
      fmt::join(names, ", "));
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

const char* name(Isa isa) {
  switch (isa) {
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx512Bf16:
      return "avx512_bf16";
    case Isa::kAmx:
      return "amx";
    case Isa::kPortable:
      break;
  }
  return "portable";
}

std::vector<Isa> available_isas() {
  std::vector<Isa> isas;
  for (const Isa isa :
       {Isa::kPortable,
        Isa::kAvx2,
        Isa::kAvx512,
        Isa::kAvx512Bf16,
        Isa::kAmx}) {
    if (is_available(isa)) isas.push_back(isa);
  }
  return isas;
}

Isa active_isa() {
  static const Isa isa = [] {
    const Isa chosen = choose();
    limit_onednn(chosen);
    return chosen;
  }();
  return isa;
}

} // namespace nanobrain
