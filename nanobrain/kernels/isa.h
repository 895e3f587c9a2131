// The instruction set that the kernels of this folder use: chosen here, once.
#pragma once

#include <string>
#include <vector>

namespace nanobrain {

/// In ascending order: each has what the ones before it have.
enum class Isa {
  kPortable,   // LibTorch operators alone
  kAvx2,       // AVX2 and FMA
  kAvx512,     // AVX-512 F, BW, VL, DQ
  kAvx512Bf16, // and its bf16 dot products
  kAmx,        // and AMX tiles of bf16
};

/// "portable", "avx2", "avx512", "avx512_bf16" or "amx".
const char* name(Isa isa);

/// What this processor has, the best last.
std::vector<Isa> available_isas();

/// The best that the processor has, or the one that the environment variable
/// NANOBRAIN_ISA names. Fixed at the first call, for LibTorch's tile products
/// as well. UsageError where the variable names one that is unknown or not
/// available.
Isa active_isa();

} // namespace nanobrain
