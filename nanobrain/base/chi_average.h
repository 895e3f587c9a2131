// Averages over how far an estimated standard deviation may be off.
#pragma once

#include <algorithm>
#include <cmath>

namespace nanobrain {

/// The mean of value(s) where s is distributed as sqrt(chi-squared(n) / n), n
/// the degrees of freedom: an estimated standard deviation over the true one.
/// By the trapezoidal rule in log s, which for a smooth, bounded `value` errs
/// by less than 1e-10.
template <class Value>
double average_over_chi(double degrees, const Value& value) {
  // The density of x = log s, as a share of what it is at its mode 0.
  const auto density = [&](double x) {
    return std::exp(degrees * (x - std::expm1(2 * x) / 2));
  };
  const double step = std::min(0.15, 0.5 / std::sqrt(2 * degrees));
  double weights = 0;
  double sum = 0;
  for (const double direction : {1.0, -1.0}) {
    for (int i = direction > 0 ? 0 : 1;; ++i) {
      const double x = direction * i * step;
      const double weight = density(x);
      if (weight < 1e-14) break;
      weights += weight;
      sum += weight * value(std::exp(x));
    }
  }
  return sum / weights;
}

} // namespace nanobrain
