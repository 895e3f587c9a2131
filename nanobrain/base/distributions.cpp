#include "nanobrain/base/distributions.h"

#include <cmath>
#include <initializer_list>
#include <numbers>

namespace nanobrain {

namespace {

constexpr int kMostTerms = 10'000;

/// Lentz's method divides by what may be 0.
double not_zero(double v) {
  return std::abs(v) < 1e-300 ? 1e-300 : v;
}

/// The regularized incomplete beta function I_x(a, b) by its continued fraction
/// (Abramowitz, Stegun 26.5.8; Lentz's method), for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  double c = 1;
  double d = 1 / not_zero(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m < kMostTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd =
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    for (const double step : {even, odd}) {
      d = 1 / not_zero(1 + step * d);
      c = not_zero(1 + step / c);
      fraction *= c * d;
    }
    if (std::abs(c * d - 1) < 1e-16) break;
  }
  const double log_front = std::lgamma(a + b) - std::lgamma(a) -
                           std::lgamma(b) + a * std::log(x) +
                           b * std::log1p(-x);
  return std::exp(log_front) * fraction / a;
}

double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return x < (a + 1) / (a + b + 2) ? beta_fraction(a, b, x)
                                   : 1 - beta_fraction(b, a, 1 - x);
}

/// The regularized lower incomplete gamma function by its series (Abramowitz,
/// Stegun 6.5.29), for x < a + 1.
double gamma_series(double a, double x) {
  double term = 1 / a;
  double sum = term;
  for (int n = 1; n < kMostTerms && term > 1e-17 * sum; ++n) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * std::exp(a * std::log(x) - x - std::lgamma(a));
}

/// The upper one by its continued fraction (6.5.31), for larger x.
double gamma_fraction(double a, double x) {
  double b = x + 1 - a;
  double c = 1e300;
  double d = 1 / not_zero(b);
  double fraction = d;
  for (int n = 1; n < kMostTerms; ++n) {
    const double step = -n * (n - a);
    b += 2;
    d = 1 / not_zero(b + step * d);
    c = not_zero(b + step / c);
    fraction *= c * d;
    if (std::abs(c * d - 1) < 1e-16) break;
  }
  return fraction * std::exp(a * std::log(x) - x - std::lgamma(a));
}

} // namespace

double student_t_two_sided(double t, double degrees) {
  return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t));
}

double student_t_quantile(double p, double degrees) {
  const double tails = 2 * (1 - p);
  double low = 0;
  double high = 1;
  while (student_t_two_sided(high, degrees) > tails) high *= 2;
  for (int i = 0; i < 200 && high - low > 1e-13 * high; ++i) {
    const double middle = (low + high) / 2;
    (student_t_two_sided(middle, degrees) > tails ? low : high) = middle;
  }
  return (low + high) / 2;
}

double f_upper_tail(double f, double degrees_above, double degrees_below) {
  return incomplete_beta(
      degrees_below / 2,
      degrees_above / 2,
      degrees_below / (degrees_below + degrees_above * f));
}

double chi_squared_upper_tail(double x, double degrees) {
  const double a = degrees / 2;
  if (x <= 0) return 1;
  if (std::isinf(x)) return 0;
  return x / 2 < a + 1 ? 1 - gamma_series(a, x / 2) : gamma_fraction(a, x / 2);
}

double normal_cdf(double z) {
  return std::erfc(-z / std::numbers::sqrt2) / 2;
}

} // namespace nanobrain
