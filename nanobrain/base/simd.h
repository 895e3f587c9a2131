// 16 floats at once in GCC's vector extension. A file that includes this is
// compiled for one instruction set: it may include no library's header, whose
// inline functions could be linked into code for lesser processors.
#pragma once

#include <cstdint>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

namespace nanobrain {
namespace {

typedef float F32x16 __attribute__((vector_size(64)));
typedef int32_t I32x16 __attribute__((vector_size(64)));
typedef float F32x16Unaligned __attribute__((vector_size(64), aligned(4)));

constexpr int64_t kLanes = 16;

inline F32x16 broadcast(float x) {
  return F32x16{} + x;
}

inline F32x16 load(const float* in) {
  return *reinterpret_cast<const F32x16Unaligned*>(in);
}

inline void store(float* out, F32x16 x) {
  *reinterpret_cast<F32x16Unaligned*>(out) = x;
}

/// Of vectors of any width, as exponential(): GCC takes comparisons of vectors
/// that are wider than the processor's lane by lane.
template <class F32>
inline F32 maximum(F32 a, F32 b) {
#ifdef __AVX512F__ // GCC makes two instructions of the other where b is
                   // constant
  if constexpr (sizeof(F32) == sizeof(__m512)) {
    return reinterpret_cast<F32>(_mm512_max_ps(
        reinterpret_cast<__m512>(a), reinterpret_cast<__m512>(b)));
  }
#endif
  return a > b ? a : b;
}

/// 1 / x to a rounding or two, for normal x whose reciprocal is normal.
template <class F32>
inline F32 reciprocal(F32 x) {
#ifdef __AVX512F__ // a division takes as long as ten products
  if constexpr (sizeof(F32) == sizeof(__m512)) {
    // To 2^-14, and a step of Newton's method.
    const F32 r =
        reinterpret_cast<F32>(_mm512_rcp14_ps(reinterpret_cast<__m512>(x)));
    return r * (2.0F - x * r);
  }
#endif
  return 1.0F / x;
}

/// exp(x) for x < 88 to 2e-7 of its value, from there on some float; below -60
/// that of -60, 9e-27: nothing beside a largest term of 1, and far enough from
/// denormal numbers, which make products many times slower. NaN stays NaN. 2^n
/// 2^f with n whole and |f| <= 1/2; the polynomial has the least maximal
/// relative error, 7.5e-8.
template <class F32>
inline F32 exponential(F32 x) {
  // Unsigned: the exponent of a large x may overflow.
  typedef uint32_t U32 __attribute__((vector_size(sizeof(F32))));
  constexpr float kLog2E = 1.44269504F;
  // Adding it leaves round(y) in the low bits of the sum.
  constexpr float kRound = 12582912.0F; // 1.5 * 2^23
  x = maximum(F32{} - 60.0F, x);
  const F32 shifted = x * kLog2E + kRound;
  const F32 f = x * kLog2E - (shifted - kRound);
  F32 p = F32{} + 1.3276472e-3F;
  p = p * f + 9.6755410e-3F;
  p = p * f + 5.5507131e-2F;
  p = p * f + 2.4022120e-1F;
  p = p * f + 6.9314694e-1F;
  p = p * f + 1.0F;
  return reinterpret_cast<F32>(
      reinterpret_cast<U32>(p) + (reinterpret_cast<U32>(shifted) << 23));
}

// Floats and integers of as many lanes as a register has: wider vectors GCC
// keeps in memory, and compares lane by lane.
#if defined(__AVX512F__)
constexpr int64_t kWidth = 16;
#elif defined(__AVX2__)
constexpr int64_t kWidth = 8;
#else
constexpr int64_t kWidth = 4;
#endif
static_assert(kLanes % kWidth == 0);

typedef float F32 __attribute__((vector_size(kWidth * 4)));
typedef int32_t I32 __attribute__((vector_size(kWidth * 4)));
typedef float F32Unaligned __attribute__((vector_size(kWidth * 4), aligned(4)));
typedef int32_t I32Unaligned
    __attribute__((vector_size(kWidth * 4), aligned(4)));

inline F32 load_width(const float* in) {
  return *reinterpret_cast<const F32Unaligned*>(in);
}

inline I32 load_width(const int32_t* in) {
  return *reinterpret_cast<const I32Unaligned*>(in);
}

inline void store_width(float* out, F32 x) {
  *reinterpret_cast<F32Unaligned*>(out) = x;
}

/// All ones in the first `count` lanes.
inline I32 first_lanes(int64_t count) {
  I32 index;
  for (int32_t k = 0; k < kWidth; ++k) index[k] = k;
  return index < static_cast<int32_t>(count);
}

} // namespace
} // namespace nanobrain
