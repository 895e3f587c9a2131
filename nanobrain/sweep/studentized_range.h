// The distribution of the studentized range: what the largest of all pairwise
// differences comes to by chance (Tukey 1953).
#pragma once

#include <cstdint>

namespace nanobrain {

/// P(Q >= q): Q is the range of so many means (2 or more) over their estimated
/// standard error, which has so many degrees of freedom. Within 1e-9.
double studentized_range_upper_tail(double q, int64_t means, double degrees);

/// P(Q <= result) = p for p in (0, 1).
double studentized_range_quantile(double p, int64_t means, double degrees);

} // namespace nanobrain
