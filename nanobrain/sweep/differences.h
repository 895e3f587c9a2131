// How cells differ, seed by seed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/sweep/statistics.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

/// b - a in bits per byte of f32, over the seeds that both have done.
struct CellDifference {
  const CellSummary* a;
  const CellSummary* b;
  PairedDifference bits_per_byte;
};

/// None where no seed is done of both.
std::optional<CellDifference> cell_difference(
    const CellSummary& a, const CellSummary& b);
/// Of all pairs, a before b in the order of the cells.
std::vector<CellDifference> cell_differences(const SweepSummary& sweep);

/// The cell of the fewest bits per byte; nullptr where no run is done.
const CellSummary* best_cell(const SweepSummary& sweep);

/// "| mean | low to high | p | seeds |" of a table of Markdown; one seed: no
/// interval, no p.
std::string markdown_fields(const PairedDifference& difference);

/// All pairs, a row each.
std::string differences_csv(const SweepSummary& sweep);
/// What each cell has more than the best one, as a table of Markdown.
std::string differences_markdown(const SweepSummary& sweep);

} // namespace nanobrain
