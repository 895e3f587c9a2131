// GELU (Hendrycks, Gimpel 2016) of a vector by erf and by tanh, for files that
// compile it for one instruction set.
#pragma once

#include "nanobrain/base/simd.h"

namespace nanobrain {
namespace {

/// y and its derivative at x.
template <class F32>
struct Gelu {
  F32 value;
  F32 slope;
};

/// The distribution function to 8e-8 by the rational approximation of erf of
/// Abramowitz and Stegun, 7.1.26; the density shares its exponential.
template <class F32>
inline Gelu<F32> gelu_erf(F32 x) {
  constexpr float kSqrtHalf = 0.70710678F;
  constexpr float kInverseSqrtTwoPi = 0.39894228F;
  const F32 z = maximum(x, -x) * kSqrtHalf;
  const F32 t = reciprocal(z * 0.3275911F + 1.0F);
  const F32 e = exponential(-(z * z));
  F32 p = F32{} + 1.061405429F;
  p = p * t - 1.453152027F;
  p = p * t + 1.421413741F;
  p = p * t - 0.284496736F;
  p = p * t + 0.254829592F;
  const F32 tail = p * t * e * 0.5F; // of the normal distribution past |x|
  const F32 distribution = x < 0.0F ? tail : 1.0F - tail;
  return {x * distribution, distribution + x * e * kInverseSqrtTwoPi};
}

template <class F32>
inline Gelu<F32> gelu_tanh(F32 x) {
  constexpr float kTwoSqrtTwoOverPi = 1.5957691F;
  constexpr float kCubic = 0.044715F;
  const F32 square = x * x;
  const F32 u = x * (square * kCubic + 1.0F) * kTwoSqrtTwoOverPi;
  const F32 slope = (square * (3 * kCubic) + 1.0F) * kTwoSqrtTwoOverPi;
  // (1 + tanh(u / 2)) / 2, within what exponential() takes.
  const F32 sigmoid =
      reciprocal(exponential(-maximum(u, F32{} - 60.0F)) + 1.0F);
  return {x * sigmoid, sigmoid + x * sigmoid * (1.0F - sigmoid) * slope};
}

} // namespace
} // namespace nanobrain
