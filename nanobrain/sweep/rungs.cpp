#include "nanobrain/sweep/rungs.h"

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
    cell.overrides["train.steps"] = steps;
    cell.id += ",steps=" + std::to_string(steps);
    cell.order += rung * kMostCells;
  }
  return at_rung;
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
  std::sort(ranked.begin(), ranked.end());
  const double wanted =
      std::ceil(search.fraction * static_cast<double>(cells.size()));
  ranked.resize(std::min(ranked.size(), static_cast<size_t>(wanted)));
  std::vector<size_t> kept;
  for (const auto& [value, i] : ranked) kept.push_back(i);
  std::sort(kept.begin(), kept.end());
  std::vector<Cell> rest;
  for (const size_t i : kept) rest.push_back(cells[i]);
  return rest;
}

} // namespace nanobrain
