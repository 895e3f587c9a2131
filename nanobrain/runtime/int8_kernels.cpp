#include "nanobrain/runtime/int8_kernels.h"

#include "nanobrain/base/isa.h"

namespace nanobrain {

const Int8Kernels& int8_kernels([[maybe_unused]] Isa isa) {
#if defined(__x86_64__)
  if (includes(isa, Isa::kAmx)) return kAmxInt8Kernels;
  if (includes(isa, Isa::kAvx512Vnni)) return kAvx512VnniInt8Kernels;
  if (includes(isa, Isa::kAvxVnni)) return kAvxVnniInt8Kernels;
  if (includes(isa, Isa::kAvx2)) return kAvx2Int8Kernels;
#elif defined(__aarch64__)
  if (includes(isa, Isa::kNeonDotprod)) return kNeonDotprodInt8Kernels;
  if (includes(isa, Isa::kNeon)) return kNeonInt8Kernels;
#endif
  return kPortableInt8Kernels;
}

const Int8Kernels& int8_kernels() {
  static const Int8Kernels& kernels = int8_kernels(active_isa());
  return kernels;
}

} // namespace nanobrain
