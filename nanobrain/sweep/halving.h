// Successive halving (Jamieson, Talwalkar 2016, arXiv:1502.07943): every cell
// at a small budget, the best of them again at a larger one, until the whole
// budget is reached. Each rung trains from the start, with the whole schedule
// scaled to its budget: warm-up, decay and end.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "nanobrain/sweep/cell.h"

namespace nanobrain {

/// The cells at the budget of rung 0, 1, ...: steps x fraction^(rungs - 1 -
/// rung), at least 1, which their ids and overrides name, and as much of their
/// warm-up, rounded down.
std::vector<Cell> cells_of_rung(
    const std::vector<Cell>& cells, const SearchConfig& search, int64_t rung);

/// The rung of a cell by its order, which cells_of_rung() gives it.
int64_t rung_of(int64_t order);
/// The order of the same cell at another rung.
int64_t order_at(int64_t order, int64_t rung);

/// By which a rung ranks its cells: the mean of the validation loss of f32 over
/// the runs of one; none where a run has no result, for what the others reached
/// is no fair mean.
std::optional<double> mean_loss(
    const std::vector<std::optional<Json>>& results);

/// Places of the best share of these, rounded up, in their order; what has no
/// loss is out.
std::vector<size_t> best_share(
    const std::vector<std::optional<double>>& losses, double fraction);

/// Mean validation loss in bits per byte of a cell; none where a seed of it
/// came to no end.
using CellLoss = std::function<std::optional<double>(const Cell& at_rung)>;

/// Those of `cells` that are left after a rung: their best_share(). `loss` is
/// asked for the cells as cells_of_rung() gives them.
std::vector<Cell> survivors(
    const std::vector<Cell>& cells,
    const SearchConfig& search,
    int64_t rung,
    const CellLoss& loss);

/// Every cell that runs for certain: of a halving search those of the first
/// rung.
std::vector<Cell> first_cells(
    const SweepConfig& sweep, const std::vector<Cell>& cells);

/// As many cells as will run, of each rung; which of them continue from rung to
/// rung cannot be known.
std::vector<Cell> planned_cells(
    const SweepConfig& sweep, const std::vector<Cell>& cells);

/// Every cell that can run, of each rung.
std::vector<Cell> possible_cells(
    const SweepConfig& sweep, const std::vector<Cell>& cells);

} // namespace nanobrain
