// GELU (Hendrycks, Gimpel 2016), x times the normal distribution function of x,
// and its approximation by tanh, for arrays of any length.
#pragma once

#include <cstdint>

namespace nanobrain {

struct GeluKernels {
  using Forward = void (*)(const float* x, int64_t count, float* y);
  /// dx = dy times the derivative at x.
  using Backward =
      void (*)(const float* x, const float* dy, int64_t count, float* dx);

  Forward erf;
  Backward erf_backward;
  Forward tanh;
  Backward tanh_backward;
};

} // namespace nanobrain
