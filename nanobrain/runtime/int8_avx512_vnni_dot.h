// The dot product of AVX-512 VNNI for RegisterSums (int8_sums_simd.h).
#pragma once

#include <immintrin.h>

#include "nanobrain/runtime/int8_sums_simd.h"

namespace nanobrain {
namespace {

/// vpdpbusd multiplies unsigned by signed bytes: activations + 128, from which
/// 128 times the weights is taken off.
struct Avx512VnniDot {
  typedef __m512i Vector;
  typedef __m512i Activations;
  static constexpr int kLanes = 16;
  static constexpr int kTileRows = 4;
  static constexpr int kTileBlocks = 4;
  static constexpr int kRowBlocks = 8;

  static __m512i start(const int32_t* offset) {
    return _mm512_sub_epi32(_mm512_setzero_si512(), _mm512_load_si512(offset));
  }
  static __m512i broadcast(const int8_t* four) {
    return _mm512_xor_si512(
        _mm512_set1_epi32(four_bytes(four)), _mm512_set1_epi8(-128));
  }
  static __m512i add(__m512i sum, __m512i x, const int8_t* w) {
    return _mm512_dpbusd_epi32(sum, x, _mm512_load_si512(w));
  }
  static void store(int32_t* out, __m512i sum) { _mm512_store_si512(out, sum); }
};

} // namespace
} // namespace nanobrain
