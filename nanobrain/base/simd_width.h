// Floats and integers of as many lanes as a register has; for files that
// compile them for one instruction set, as simd.h, whose templates take them.
// Wider vectors GCC keeps in memory, and compares lane by lane.
#pragma once

#include "nanobrain/base/simd.h"

namespace nanobrain {
namespace {

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
