// Differences judged together, as what they are: a family of tests of which
// some look sure by chance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nanobrain/sweep/grid_model.h"

namespace nanobrain {

/// NaN, all but the value, where there is no test.
struct Comparison : Contrast {
  double low = 0; // the 95 % interval of this one alone, by Student's t
  double high = 0;
  double p_holm = 0;     // over the family (Holm 1979)
  double p_adjusted = 0; // p_holm, or Tukey's where all pairs are compared
  double simultaneous_low = 0; // 95 % that all intervals of the family hold
  double simultaneous_high = 0;

  bool is_sure() const { return p_adjusted < 0.05; }
};

/// Adjusted so that a true family of them has one under 0.05 in 5 % of cases at
/// most, whatever they have in common. NaN stays NaN and is not counted.
std::vector<double> holm(const std::vector<double>& p);

/// Of contrasts named before the runs: Holm's p, Bonferroni's intervals.
std::vector<Comparison> compare(const std::vector<Contrast>& family);

/// Of all pairs of so many cells: the studentized range (Tukey 1953, Kramer
/// 1956; with degrees of freedom of each pair's own, Games, Howell 1976).
std::vector<Comparison> compare_all_pairs(
    const std::vector<Contrast>& pairs, size_t cells);

/// The same from the other cell's side.
Comparison reversed(const Comparison& comparison);

} // namespace nanobrain
