// One float of 16; for files that compile it for one instruction set.
#pragma once

#include "nanobrain/base/simd.h"

namespace nanobrain {
namespace {

constexpr I32x16 kLaneIndex = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

typedef float F32x8 __attribute__((vector_size(32)));
typedef float F32x4 __attribute__((vector_size(16)));

/// The sum, added up in halves.
inline float sum(F32x16 x) {
  const F32x8 a = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
                  __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  const F32x4 b = __builtin_shufflevector(a, a, 0, 1, 2, 3) +
                  __builtin_shufflevector(a, a, 4, 5, 6, 7);
  return (b[0] + b[2]) + (b[1] + b[3]);
}

inline float largest(F32x16 x) {
  const F32x8 a0 = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7);
  const F32x8 a1 = __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  const F32x8 a = a0 > a1 ? a0 : a1;
  const F32x4 b0 = __builtin_shufflevector(a, a, 0, 1, 2, 3);
  const F32x4 b1 = __builtin_shufflevector(a, a, 4, 5, 6, 7);
  const F32x4 b = b0 > b1 ? b0 : b1;
  const float c = b[0] > b[2] ? b[0] : b[2];
  const float d = b[1] > b[3] ? b[1] : b[3];
  return c > d ? c : d;
}

} // namespace
} // namespace nanobrain
