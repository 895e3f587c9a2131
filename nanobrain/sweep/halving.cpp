#include "nanobrain/sweep/halving.h"

#include <algorithm>
#include <cmath>

namespace nanobrain {

namespace {

constexpr int64_t kMostCells = 1'000'000; // of a rung, in the order of all

} // namespace

std::vector<Cell> cells_of_rung(
    const std::vector<Cell>& cells, const SearchConfig& search, int64_t rung) {
  const double share =
      std::pow(search.fraction, static_cast<double>(search.rungs - 1 - rung));
  std::vector<Cell> at_rung = cells;
  for (Cell& cell : at_rung) {
    int64_t& steps = cell.config.train.steps;
    const double part = std::round(share * static_cast<double>(steps));
    steps = std::max<int64_t>(1, static_cast<int64_t>(part));
    // Not above: three warm-ups of the whole budget are three of each rung.
    int64_t& warmup = cell.config.schedule.warmup_steps;
    warmup = static_cast<int64_t>(share * static_cast<double>(warmup));
    cell.overrides["train.steps"] = steps;
    cell.id += ",steps=" + std::to_string(steps);
    cell.order += rung * kMostCells;
  }
  return at_rung;
}

int64_t rung_of(int64_t order) {
  return order / kMostCells;
}

std::vector<Cell> survivors(
    const std::vector<Cell>& cells,
    const SearchConfig& search,
    int64_t rung,
    const CellLoss& loss) {
  const auto at_rung = cells_of_rung(cells, search, rung);
  std::vector<std::pair<double, size_t>> ranked;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (const auto value = loss(at_rung[i])) ranked.emplace_back(*value, i);
  }
  std::ranges::sort(ranked);
  const double wanted =
      std::ceil(search.fraction * static_cast<double>(cells.size()));
  ranked.resize(std::min(ranked.size(), static_cast<size_t>(wanted)));
  std::ranges::sort(ranked, {}, &std::pair<double, size_t>::second);
  std::vector<Cell> rest;
  for (const auto& [value, i] : ranked) rest.push_back(cells[i]);
  return rest;
}

std::vector<Cell> first_cells(
    const SweepConfig& sweep, const std::vector<Cell>& cells) {
  if (sweep.search.kind != SearchKind::kHalving) return cells;
  return cells_of_rung(cells, sweep.search, 0);
}

std::vector<Cell> planned_cells(
    const SweepConfig& sweep, const std::vector<Cell>& cells) {
  if (sweep.search.kind != SearchKind::kHalving) return cells;
  std::vector<Cell> planned;
  std::vector<Cell> rest = cells;
  for (int64_t rung = 0; rung < sweep.search.rungs; ++rung) {
    const auto at_rung = cells_of_rung(rest, sweep.search, rung);
    planned.insert(planned.end(), at_rung.begin(), at_rung.end());
    rest = survivors(rest, sweep.search, rung, [](const Cell&) { return 0.0; });
  }
  return planned;
}

std::vector<Cell> possible_cells(
    const SweepConfig& sweep, const std::vector<Cell>& cells) {
  if (sweep.search.kind != SearchKind::kHalving) return cells;
  std::vector<Cell> all;
  for (int64_t rung = 0; rung < sweep.search.rungs; ++rung) {
    const auto at_rung = cells_of_rung(cells, sweep.search, rung);
    all.insert(all.end(), at_rung.begin(), at_rung.end());
  }
  return all;
}

} // namespace nanobrain
