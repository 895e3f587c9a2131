#include "nanobrain/runtime/float_ops.h"

#include "nanobrain/base/isa.h"

namespace nanobrain {

const FloatOps& float_ops([[maybe_unused]] Isa isa) {
#if defined(__x86_64__)
  if (includes(isa, Isa::kAvx512)) return kAvx512FloatOps;
  if (includes(isa, Isa::kAvx2)) return kAvx2FloatOps;
#endif
  return kPortableFloatOps;
}

const FloatOps& float_ops() {
  static const FloatOps& ops = float_ops(active_isa());
  return ops;
}

} // namespace nanobrain
