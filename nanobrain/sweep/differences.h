// How cells differ, and what a key of a grid buys, whatever the other keys are:
// contrasts of the one model of the grid, each judged among its family.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "nanobrain/sweep/multiple_comparisons.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

/// b - a of the objective in f32.
struct CellDifference : Comparison {
  const CellSummary* a;
  const CellSummary* b;
};

/// Of all pairs of cells that are compared (compared_cells()) and not
/// incomplete, a before b in the order of the cells; adjusted as all pairs are.
std::vector<CellDifference> cell_differences(const SweepSummary& sweep);

/// The cell of the least objective in f32, of those; nullptr where there is
/// none.
const CellSummary* best_cell(const SweepSummary& sweep);

/// All pairs, a row each.
Table differences_table(const SweepSummary& sweep);
/// What each cell has more than the best one, adjusted as of all pairs: which
/// one is best is known from the same runs. Error if there is none.
Table differences_to_best(const SweepSummary& sweep);

/// What each cell has more than one that was named before the runs: adjusted by
/// Holm's and Bonferroni's methods over the rows.
Table differences_to(const SweepSummary& sweep, const CellSummary& reference);

/// The key at `to` less the key at `from` in the objective of f32: the mean
/// over the pairs of cells that differ in this key alone (the main effect of a
/// factorial experiment).
struct KeyEffect : Comparison {
  std::string key;
  Json from;
  Json to;
  size_t pairs = 0;
};

/// Of every two values of every key, in the order of the grid, adjusted as one
/// family by Holm's method. A pair with an incomplete cell or one without a run
/// is left out. Empty where fewer than two keys vary: then the cells say it
/// themselves.
std::vector<KeyEffect> key_effects(const SweepSummary& sweep);

/// A row an effect.
Table effects_table(const SweepSummary& sweep);

} // namespace nanobrain
