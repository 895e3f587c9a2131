#include "nanobrain/kernels/vector_kernels.h"

#include "nanobrain/base/error.h"
#include "nanobrain/kernels/isa.h"

namespace nanobrain {

const VectorKernels& vector_kernels() {
#if defined(__x86_64__)
  switch (active_isa()) {
    case Isa::kAmx:
    case Isa::kAvx512Bf16:
      return kAvx512Bf16Kernels;
    case Isa::kAvx512:
      return kAvx512Kernels;
    case Isa::kAvx2:
      return kAvx2Kernels;
    case Isa::kPortable:
      break;
  }
#endif
  fail("vector_kernels", "there are none for {}", name(active_isa()));
}

} // namespace nanobrain
