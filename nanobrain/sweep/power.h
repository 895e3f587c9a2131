// What a design can show before it is run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/table.h"

namespace nanobrain {

/// P(|T| > reach) where the true difference is `shift` standard errors
/// (noncentral t), with so many degrees of freedom.
double power_of_t(double shift, double reach, double degrees);

/// The `shift` at which that is `power`.
double detectable_shift(double power, double reach, double degrees);

/// A difference that a design looks for.
struct Detectable {
  std::string of;      // "two cells" or a key of the grid
  double alone = 0;    // the smallest that one test at 5 % finds ...
  double adjusted = 0; // ... and one adjusted for its family
  std::string family;  // what it is adjusted for
};

/// The smallest true differences that cells of such overrides with so many runs
/// each find with 80 % power, two-sided at 5 %, by the pooled noise of runs of
/// standard deviation `sd`: between two cells (Tukey-Kramer over all pairs),
/// and of each key's main effect (Bonferroni over all effects; Holm finds no
/// less). Empty with one run a cell or one cell.
std::vector<Detectable> detectable_differences(
    const std::vector<Json>& overrides, int64_t runs, double sd);

Table detectable_table(const std::vector<Detectable>& differences);

} // namespace nanobrain
