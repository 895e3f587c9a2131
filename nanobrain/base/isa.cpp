#include "nanobrain/base/isa.h"

#include <fmt/ranges.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#include <cstdlib>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

struct Entry {
  Isa isa;
  const char* name;
  Isa below; // the set that it adds to
};

constexpr Entry kEntries[] = {
    {Isa::kPortable, "portable", Isa::kPortable},
    {Isa::kNeon, "neon", Isa::kPortable},
    {Isa::kNeonDotprod, "neon_dotprod", Isa::kNeon},
    {Isa::kAvx2, "avx2", Isa::kPortable},
    {Isa::kAvxVnni, "avx_vnni", Isa::kAvx2},
    {Isa::kAvx512, "avx512", Isa::kAvx2},
    {Isa::kAvx512Vnni, "avx512_vnni", Isa::kAvx512},
    {Isa::kAvx512Bf16, "avx512_bf16", Isa::kAvx512Vnni},
    {Isa::kAmx, "amx", Isa::kAvx512Bf16},
};

const Entry& entry(Isa isa) {
  return kEntries[static_cast<int>(isa)];
}

#if defined(__x86_64__)
struct CpuidRegisters {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

/// Extended features; zeros where the processor has no such leaf.
CpuidRegisters extended_features(unsigned subleaf) {
  CpuidRegisters r;
  __get_cpuid_count(7, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx);
  return r;
}

/// Linux hands out the tile registers on request.
bool request_tiles() {
  constexpr long kRequestPermission = 0x1023; // ARCH_REQ_XCOMP_PERM
  constexpr long kTileData = 18;              // XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

/// Whether the processor and the system have what `isa` adds.
bool has(Isa isa) {
  // __builtin_cpu_supports knows whether the system keeps the registers.
  switch (isa) {
    case Isa::kPortable:
      return true;
    case Isa::kAvx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Isa::kAvxVnni:
      return (extended_features(1).eax >> 4 & 1) != 0;
    case Isa::kAvx512:
      return __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("avx512dq");
    case Isa::kAvx512Vnni:
      return __builtin_cpu_supports("avx512vnni");
    case Isa::kAvx512Bf16:
      return (extended_features(1).eax >> 5 & 1) != 0;
    case Isa::kAmx: {
      constexpr unsigned kBf16TileInt8 = 1U << 22 | 1U << 24 | 1U << 25;
      return (extended_features(0).edx & kBf16TileInt8) == kBf16TileInt8 &&
             request_tiles();
    }
    default:
      return false;
  }
}
#elif defined(__aarch64__)
bool has(Isa isa) {
  switch (isa) {
    case Isa::kPortable:
    case Isa::kNeon:
      return true;
    case Isa::kNeonDotprod:
      return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
    default:
      return false;
  }
}
#else
bool has(Isa isa) {
  return isa == Isa::kPortable;
}
#endif

bool is_available(Isa isa) {
  return isa == Isa::kPortable || (is_available(entry(isa).below) && has(isa));
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

} // namespace

const char* name(Isa isa) {
  return entry(isa).name;
}

bool includes(Isa isa, Isa part) {
  return isa == part ||
         (isa != Isa::kPortable && includes(entry(isa).below, part));
}

std::vector<Isa> available_isas() {
  std::vector<Isa> isas;
  for (const Entry& entry : kEntries) {
    if (is_available(entry.isa)) isas.push_back(entry.isa);
  }
  return isas;
}

Isa active_isa() {
  static const Isa isa = choose();
  return isa;
}

} // namespace nanobrain
