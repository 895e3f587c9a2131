#include "nanobrain/sweep/halving.h"

#include <algorithm>
#include <cmath>

#include "nanobrain/sweep/figures.h"

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
    TrainConfig& train = cell.config.train;
    for (int64_t* warmup :
         {&cell.config.schedule.warmup_steps,
          &train.batch_warmup.steps,
          &train.context_warmup.steps}) {
      *warmup = static_cast<int64_t>(share * static_cast<double>(*warmup));
    }
    cell.overrides["train.steps"] = steps;
    cell.id += ",steps=" + std::to_string(steps);
    cell.order = order_at(cell.order, rung);
  }
  return at_rung;
}

int64_t rung_of(int64_t order) {
  return order / kMostCells;
}

int64_t order_at(int64_t order, int64_t rung) {
  return order % kMostCells + rung * kMostCells;
}

std::optional<double> mean_loss(
    const std::vector<std::optional<Json>>& results) {
  const Figure& figure = objective(all_figures());
  double sum = 0;
  for (const auto& result : results) {
    if (!result) return std::nullopt;
    sum += *figure.of(*result, Precision::kF32);
  }
  return sum / static_cast<double>(results.size());
}

std::vector<size_t> best_share(
    const std::vector<std::optional<double>>& losses, double fraction) {
  std::vector<std::pair<double, size_t>> ranked;
  for (size_t i = 0; i < losses.size(); ++i) {
    if (losses[i]) ranked.emplace_back(*losses[i], i);
  }
  std::ranges::sort(ranked);
  const double wanted =
      std::ceil(fraction * static_cast<double>(losses.size()));
  ranked.resize(std::min(ranked.size(), static_cast<size_t>(wanted)));
  std::vector<size_t> best;
  for (const auto& [loss, place] : ranked) best.push_back(place);
  std::ranges::sort(best);
  return best;
}

std::vector<Cell> survivors(
    const std::vector<Cell>& cells,
    const SearchConfig& search,
    int64_t rung,
    const CellLoss& loss) {
  std::vector<std::optional<double>> losses;
  for (const Cell& cell : cells_of_rung(cells, search, rung)) {
    losses.push_back(loss(cell));
  }
  std::vector<Cell> rest;
  for (const size_t place : best_share(losses, search.fraction)) {
    rest.push_back(cells[place]);
  }
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
