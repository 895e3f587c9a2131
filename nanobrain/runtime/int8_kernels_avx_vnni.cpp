// The int8 kernels, compiled for AVX-VNNI: 256 bits.
#include <immintrin.h>

#include "nanobrain/runtime/int8_sums_simd.h"

namespace nanobrain {
namespace {

/// vpdpbusd multiplies unsigned by signed bytes: activations + 128, from which
/// 128 times the weights is taken off.
struct AvxVnniDot {
  typedef __m256i Vector;
  typedef __m256i Activations;
  static constexpr int kLanes = 8;
  static constexpr int kTileRows = 4;
  static constexpr int kTileBlocks = 1;
  static constexpr int kRowBlocks = 4;

  static __m256i start(const int32_t* offset) {
    return _mm256_sub_epi32(
        _mm256_setzero_si256(),
        _mm256_load_si256(reinterpret_cast<const __m256i*>(offset)));
  }
  static __m256i broadcast(const int8_t* four) {
    return _mm256_set1_epi32(four_bytes(four) ^ static_cast<int>(0x80808080U));
  }
  static __m256i add(__m256i sum, __m256i x, const int8_t* w) {
    return _mm256_dpbusd_avx_epi32(
        sum, x, _mm256_load_si256(reinterpret_cast<const __m256i*>(w)));
  }
  static void store(int32_t* out, __m256i sum) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(out), sum);
  }
};

} // namespace

extern const Int8Kernels kAvxVnniInt8Kernels =
    int8_table<RegisterSums<AvxVnniDot>>("avx_vnni");

} // namespace nanobrain
