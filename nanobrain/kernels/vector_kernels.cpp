#include "nanobrain/kernels/vector_kernels.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/isa.h"

namespace nanobrain {

const VectorKernels& vector_kernels(Isa isa) {
#if defined(__x86_64__)
  if (includes(isa, Isa::kAvx512Bf16)) return kAvx512Bf16Kernels;
  if (includes(isa, Isa::kAvx512)) return kAvx512Kernels;
  if (includes(isa, Isa::kAvx2)) return kAvx2Kernels;
#elif defined(__aarch64__)
  if (includes(isa, Isa::kNeon)) return kNeonKernels;
#endif
  fail("vector_kernels", "there are none for {}", name(isa));
}

} // namespace nanobrain
