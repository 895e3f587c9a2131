// Means over seeds and how sure they are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// The quantile of Student's t: P(T <= result) = p for p in [0.5, 1), with so
/// many degrees of freedom (1 or more).
double student_t_quantile(double p, int64_t degrees);

/// P(|T| >= |t|).
double student_t_two_sided(double t, int64_t degrees);

/// Of a few values: mean, standard deviation (n - 1), 95 % interval of the mean
/// by Student's t. With one value there is neither, and sd, low and high are
/// NaN.
struct Estimate {
  std::vector<double> values;
  double mean = 0;
  double sd = 0;
  double low = 0;
  double high = 0;

  bool has_interval() const { return values.size() > 1; }
  /// {"mean", "sd", "low", "high", "values"}; null where there is none.
  Json to_json() const;
};
/// Of at least one value.
Estimate estimate(std::vector<double> values);

/// b - a, seed by seed: what two cells share (the order of the data) cancels.
struct PairedDifference {
  Estimate difference;
  double p = 1; // two-sided, that there is none; NaN with one pair
};
/// Of as many values as there are, at least one, in the same order of seeds.
PairedDifference paired_difference(
    std::span<const double> a, std::span<const double> b);

} // namespace nanobrain
