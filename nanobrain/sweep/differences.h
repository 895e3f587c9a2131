// How cells differ, seed by seed, and what a key of a grid buys, whatever the
// other keys are.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/sweep/statistics.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

/// b - a of the objective in f32, over the seeds that both have done.
struct CellDifference : PairedDifference {
  const CellSummary* a;
  const CellSummary* b;
};

/// Of all pairs that have a seed in common, a before b in the order of the
/// cells.
std::vector<CellDifference> cell_differences(const SweepSummary& sweep);

/// All pairs, a row each.
Table differences_table(const SweepSummary& sweep);
/// What each cell has more than the best one. Error if no run is done.
Table differences_to_best(const SweepSummary& sweep);

/// The key at `to` less the key at `from` in the objective of f32: for each
/// seed the mean over the pairs of cells that differ in this key alone (the
/// main effect of a factorial experiment).
struct KeyEffect : PairedDifference {
  std::string key;
  Json from;
  Json to;
  size_t pairs = 0;
};

/// Of every two values of every key, in the order of the grid, over the seeds
/// that all the pairs have done; a pair with a cell that has none is left out.
/// Empty where fewer than two keys vary: then the cells say it themselves.
std::vector<KeyEffect> key_effects(const SweepSummary& sweep);

/// A row an effect.
Table effects_table(const SweepSummary& sweep);

} // namespace nanobrain
