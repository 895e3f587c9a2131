// The int8 kernels, compiled for AArch64 with dot products of bytes.
#include <arm_neon.h>

#include "nanobrain/runtime/int8_sums_simd.h"

namespace nanobrain {
namespace {

struct NeonDotprodDot {
  typedef int32x4_t Vector;
  typedef int8x16_t Activations;
  static constexpr int kLanes = 4;
  static constexpr int kTileRows = 4;
  static constexpr int kTileBlocks = 1;
  static constexpr int kRowBlocks = 4;

  static int32x4_t start(const int32_t*) { return vdupq_n_s32(0); }
  static int8x16_t broadcast(const int8_t* four) {
    return vreinterpretq_s8_s32(vdupq_n_s32(four_bytes(four)));
  }
  static int32x4_t add(int32x4_t sum, int8x16_t x, const int8_t* w) {
    return vdotq_s32(sum, x, vld1q_s8(w));
  }
  static void store(int32_t* out, int32x4_t sum) { vst1q_s32(out, sum); }
};

} // namespace

extern const Int8Kernels kNeonDotprodInt8Kernels =
    int8_table<RegisterSums<NeonDotprodDot>>("neon_dotprod");

} // namespace nanobrain
