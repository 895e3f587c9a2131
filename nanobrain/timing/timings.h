// What a repeated measurement says.
#pragma once

#include <vector>

namespace nanobrain {

/// Seconds of at least one repetition.
class Timings {
 public:
  /// Error where there is none.
  explicit Timings(std::vector<double> seconds);

  size_t count() const { return sorted_.size(); }
  double min() const { return sorted_.front(); }
  double max() const { return sorted_.back(); }
  double median() const { return percentile(50); }
  /// The value below which p of 100 lie, between two of them in proportion, as
  /// NumPy's default does. p from 0 to 100.
  double percentile(double p) const;

 private:
  std::vector<double> sorted_;
};

} // namespace nanobrain
