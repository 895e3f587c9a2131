// Tails and quantiles of the distributions that tests are made of.
#pragma once

namespace nanobrain {

/// P(|T| >= |t|) of Student's t; degrees of freedom above 0, whole or not.
double student_t_two_sided(double t, double degrees);

/// P(T <= result) = p for p in [0.5, 1).
double student_t_quantile(double p, double degrees);

/// P(F >= f) of Fisher's F.
double f_upper_tail(double f, double degrees_above, double degrees_below);

/// P(X >= x) of chi-squared.
double chi_squared_upper_tail(double x, double degrees);

/// P(Z <= z) of the standard normal.
double normal_cdf(double z);

} // namespace nanobrain
