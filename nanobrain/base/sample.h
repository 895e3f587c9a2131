// What a sample of values says of itself.
#pragma once

#include <vector>

namespace nanobrain {

/// Below which `share` (0 to 1) of the values are; between two neighbours in
/// proportion, as NumPy's default has it. Of one value or more.
double quantile(const std::vector<double>& sorted, double share);
/// Of one value or more, in any order.
double median(std::vector<double> values);
/// With n - 1 degrees of freedom; of two values or more.
double standard_deviation(const std::vector<double>& values);

} // namespace nanobrain
