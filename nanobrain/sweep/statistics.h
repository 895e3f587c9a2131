// Means over seeds, how sure they are, and the cells that no other beats in
// both cost and loss.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
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
using BySeed = std::map<int64_t, double>;
/// Over the seeds that both have; none where there is none.
std::optional<PairedDifference> paired_difference(
    const BySeed& a, const BySeed& b);

struct ParetoPoint {
  double cost = 0; // lower is better
  BySeed losses;   // one at least
};

enum class OnFront {
  kOff,   // another has at most its cost and loss, one of them less
  kNoise, // on it, but the 95 % interval of the difference in loss, over common
          // seeds, to one that would take its place (as cheap or cheaper)
          // includes 0
  kOn,
};
/// "off", "noise" or "on".
std::string_view name(OnFront on);

/// By the mean losses. With fewer than two common seeds there is no interval,
/// and nothing is kNoise. Equal points are both on the front.
std::vector<OnFront> pareto_front(const std::vector<ParetoPoint>& points);

} // namespace nanobrain
