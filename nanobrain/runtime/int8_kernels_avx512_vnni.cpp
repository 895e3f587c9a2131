// The int8 kernels, compiled for AVX-512 VNNI.
#include "nanobrain/runtime/int8_avx512_vnni_dot.h"

namespace nanobrain {

extern const Int8Kernels kAvx512VnniInt8Kernels =
    int8_table<RegisterSums<Avx512VnniDot>>("avx512_vnni");

} // namespace nanobrain
