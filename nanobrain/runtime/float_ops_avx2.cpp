// FloatOps, compiled for AVX2 and FMA.
#include "nanobrain/runtime/float_ops_simd.h"

namespace nanobrain {

extern const FloatOps kAvx2FloatOps = kFloatOps;

} // namespace nanobrain
