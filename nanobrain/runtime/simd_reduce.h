// One float of a vector; for files that compile it for one instruction set.
#pragma once

#include "nanobrain/base/simd.h"

namespace nanobrain {
namespace {

typedef float F32x8 __attribute__((vector_size(32)));
typedef float F32x4 __attribute__((vector_size(16)));

inline F32x4 low_half(F32x8 x) {
  return __builtin_shufflevector(x, x, 0, 1, 2, 3);
}
inline F32x4 high_half(F32x8 x) {
  return __builtin_shufflevector(x, x, 4, 5, 6, 7);
}
inline F32x8 low_half(F32x16 x) {
  return __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7);
}
inline F32x8 high_half(F32x16 x) {
  return __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
}

/// The sum, added up in halves.
inline float sum(F32x4 x) {
  return (x[0] + x[2]) + (x[1] + x[3]);
}
template <class V>
inline float sum(V x) {
  return sum(low_half(x) + high_half(x));
}

inline float largest(F32x4 x) {
  const float a = x[0] > x[2] ? x[0] : x[2];
  const float b = x[1] > x[3] ? x[1] : x[3];
  return a > b ? a : b;
}
template <class V>
inline float largest(V x) {
  return largest(maximum(low_half(x), high_half(x)));
}

} // namespace
} // namespace nanobrain
