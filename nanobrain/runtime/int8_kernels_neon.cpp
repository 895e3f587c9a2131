// The int8 kernels, compiled for NEON: what every AArch64 processor has.
#include <arm_neon.h>

#include "nanobrain/runtime/int8_sums_simd.h"

namespace nanobrain {
namespace {

/// Pairs of products are at most 2 * 127 * 127 = 32,258: they stay in 16 bits.
struct NeonDot {
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
    const int8x16_t weights = vld1q_s8(w);
    const int16x8_t low = vmull_s8(vget_low_s8(x), vget_low_s8(weights));
    const int16x8_t high = vmull_high_s8(x, weights);
    return vpadalq_s16(sum, vpaddq_s16(low, high));
  }
  static void store(int32_t* out, int32x4_t sum) { vst1q_s32(out, sum); }
};

} // namespace

extern const Int8Kernels kNeonInt8Kernels =
    int8_table<RegisterSums<NeonDot>>("neon");

} // namespace nanobrain
