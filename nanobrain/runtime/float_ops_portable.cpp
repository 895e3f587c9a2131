// FloatOps, compiled for what every processor of the architecture has.
#include "nanobrain/runtime/float_ops_simd.h"

namespace nanobrain {

extern const FloatOps kPortableFloatOps = kFloatOps;

} // namespace nanobrain
