// An axis of a chart: from figures to places, and what is written beside it.
#pragma once

#include <string>
#include <vector>

namespace nanobrain {

class Axis {
 public:
  /// From `low` to `high` (low < high), drawn from `at_low` to `at_high`;
  /// logarithmic where it spans a factor of 4 or more above 0.
  Axis(double low, double high, double at_low, double at_high);

  double operator()(double v) const;
  /// Round numbers between the ends, some 3 to 10 of them.
  std::vector<double> ticks() const;

 private:
  double low_, high_;
  double at_low_, at_high_;
  bool logarithmic_;
};

/// "2.18 M", "730 k", "12.5": four digits, for a unit to follow.
std::string format_short(double v);

} // namespace nanobrain
