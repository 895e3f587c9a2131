// The int8 kernels, compiled for AVX2.
#include <immintrin.h>

#include "nanobrain/runtime/int8_sums_simd.h"

namespace nanobrain {
namespace {

/// vpmaddubsw multiplies unsigned by signed bytes: the activations' magnitudes
/// by the weights with the activations' signs. Pairs of products are at most
/// 2 * 127 * 127 = 32,258: nothing saturates in 16 bits.
struct Avx2Dot {
  typedef __m256i Vector;
  struct Activations {
    __m256i values;
    __m256i magnitudes;
  };
  static constexpr int kLanes = 8;
  static constexpr int kTileRows = 4;
  static constexpr int kTileBlocks = 1;
  static constexpr int kRowBlocks = 4;

  static __m256i start(const int32_t*) { return _mm256_setzero_si256(); }
  static Activations broadcast(const int8_t* four) {
    const __m256i values = _mm256_set1_epi32(four_bytes(four));
    return {values, _mm256_abs_epi8(values)};
  }
  static __m256i add(__m256i sum, Activations x, const int8_t* w) {
    const __m256i weights =
        _mm256_load_si256(reinterpret_cast<const __m256i*>(w));
    const __m256i pairs =
        _mm256_maddubs_epi16(x.magnitudes, _mm256_sign_epi8(weights, x.values));
    return _mm256_add_epi32(
        sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
  static void store(int32_t* out, __m256i sum) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(out), sum);
  }
};

} // namespace

extern const Int8Kernels kAvx2Int8Kernels =
    int8_table<RegisterSums<Avx2Dot>>("avx2");

} // namespace nanobrain
