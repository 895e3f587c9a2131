// How cells differ, seed by seed.
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

/// None where no seed is done of both.
std::optional<CellDifference> cell_difference(
    const Figures& figures, const CellSummary& a, const CellSummary& b);
/// Of all pairs, a before b in the order of the cells.
std::vector<CellDifference> cell_differences(const SweepSummary& sweep);

/// The cell of the least objective; nullptr where no run is done.
const CellSummary* best_cell(const SweepSummary& sweep);

/// What a table says of a difference: its columns, headed by `title`, and the
/// cells of a row. One seed: no interval, no p.
std::vector<Column> difference_columns(
    const Figure& figure, const std::string& title);
TableRow difference_cells(const PairedDifference& difference);

/// All pairs, a row each.
Table differences_table(const SweepSummary& sweep);
/// What each cell has more than the best one. Error where no run is done.
Table differences_to_best(const SweepSummary& sweep);

} // namespace nanobrain
