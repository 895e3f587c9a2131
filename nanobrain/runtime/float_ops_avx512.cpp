// FloatOps, compiled for AVX-512.
#include "nanobrain/runtime/float_ops_simd.h"

namespace nanobrain {

extern const FloatOps kAvx512FloatOps = kFloatOps;

} // namespace nanobrain
