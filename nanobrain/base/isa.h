// The instruction set that the kernels of all layers use: chosen here, once.
#pragma once

#include <string>
#include <vector>

namespace nanobrain {

/// Ascending; a layer takes the best of its kernels that the chosen includes.
enum class Isa {
  kPortable,    // what every processor of the architecture has
  kNeon,        // AArch64
  kNeonDotprod, // and its dot products of bytes
  kAvx2,        // AVX2 and FMA
  kAvxVnni,     // and dot products of bytes, 256 bits
  kAvx512,      // AVX2, FMA and AVX-512 F, BW, VL, DQ
  kAvx512Vnni,  // and its dot products of bytes
  kAvx512Bf16,  // and its dot products of bf16
  kAmx,         // and AMX tiles of bf16 and bytes
};

/// "portable", "neon", "neon_dotprod", "avx2", "avx_vnni", "avx512",
/// "avx512_vnni", "avx512_bf16" or "amx".
const char* name(Isa isa);

/// Whether a processor with `isa` runs code for `part`. AVX-512 does not
/// include AVX-VNNI, the others what stands before them for the architecture.
bool includes(Isa isa, Isa part);

/// What this processor has, the best last. The first call asks the kernel for
/// the tile registers of AMX, for all threads of the process.
std::vector<Isa> available_isas();

/// The best that the processor has, or the one that the environment variable
/// NANOBRAIN_ISA names. Fixed at the first call. UsageError if the variable
/// names one that is unknown or not available.
Isa active_isa();

} // namespace nanobrain
