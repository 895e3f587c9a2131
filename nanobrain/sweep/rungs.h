// Successive halving (Jamieson, Talwalkar 2016, arXiv:1502.07943): every cell
// at a small budget, the best of them again at a larger one, until the whole
// budget is reached. Each rung trains anew: a schedule ends with its budget.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "nanobrain/sweep/cell.h"

namespace nanobrain {

/// The cells at the budget of rung 0, 1, ...: steps x fraction^(rungs - 1 -
/// rung), at least 1, which their ids and overrides name.
std::vector<Cell> cells_of_rung(
    const std::vector<Cell>& cells, const SearchConfig& search, int64_t rung);

/// Mean validation loss in bits per byte of a cell that ran; none where no seed
/// of it came to an end.
using CellLoss = std::function<std::optional<double>(const Cell& at_rung)>;

/// Those of `cells` that go on after a rung: the best share, rounded up, in the
/// order of the grid. `loss` is asked for the cells as cells_of_rung() gives
/// them; those without one are out.
std::vector<Cell> survivors(
    const std::vector<Cell>& cells,
    const SearchConfig& search,
    int64_t rung,
    const CellLoss& loss);

} // namespace nanobrain
