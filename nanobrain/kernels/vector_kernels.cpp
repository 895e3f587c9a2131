#include "nanobrain/kernels/vector_kernels.h"

#include "nanobrain/base/error.h"
#include "nanobrain/kernels/isa.h"

namespace nanobrain {

const VectorKernels& vector_kernels() {
#if defined(__x86_64__)
  switch (kernel_isa()) {
    case Isa::kAmx:
    case Isa::kAvx512Bf16:
      return kAvx512Bf16Kernels;
    case Isa::kAvx512:
      return kAvx512Kernels;
    case Isa::kAvx2:
      return kAvx2Kernels;
    default:
      break;
  }
#endif
  fail("vector_kernels", "there are none for {}", name(kernel_isa()));
}

} // namespace nanobrain
