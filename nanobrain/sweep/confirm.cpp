#include "nanobrain/sweep/confirm.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/sweep/budget.h"
#include "nanobrain/sweep/differences.h"
#include "nanobrain/yaml/yaml.h"

namespace nanobrain {

namespace {

constexpr size_t kMostCandidates = 3;
constexpr const char* kKey = "confirm"; // of its grid

/// What it overrides is what the base and `set` say.
bool is_base(
    const SweepConfig& sweep, const CellSummary& cell, const Json& keys) {
  const Json overrides = keys_set(sweep, cell.facts.at("overrides"));
  for (const auto& [key, value] : overrides.items()) {
    if (key != "train.steps" && keys.value(key, Json()) != value) return false;
  }
  return true;
}

const CellSummary* reference_cell(
    const SweepSummary& sweep, const std::vector<const CellSummary*>& cells) {
  Json keys = flat_keys(write_fields(parse_run_config(sweep.config.base)));
  keys.update(sweep.config.set);
  const auto base = std::ranges::find_if(cells, [&](const CellSummary* cell) {
    return is_base(sweep.config, *cell, keys);
  });
  return base == cells.end() ? cells.front() : *base;
}

/// By rising objective, those that are not surely above the first.
std::vector<const CellSummary*> candidates(
    const SweepSummary& sweep, const CellSummary* reference) {
  const CellSummary* best = best_cell(sweep);
  std::vector<std::pair<double, const CellSummary*>> others;
  double sure = 0;
  const CellSummary* next = nullptr;
  for (const CellDifference& d : cell_differences(sweep)) {
    if (d.a != best && d.b != best) continue;
    const CellSummary* other = d.a == best ? d.b : d.a;
    const double above = d.a == best ? d.value : -d.value;
    if (!d.is_sure()) others.emplace_back(above, other);
    if (next == nullptr || above < sure) {
      next = other;
      sure = above;
    }
  }
  std::ranges::sort(others, {}, &std::pair<double, const CellSummary*>::first);
  std::vector<const CellSummary*> chosen = {best};
  for (const auto& [above, cell] : others) {
    if (chosen.size() < kMostCandidates) chosen.push_back(cell);
  }
  if (chosen.size() == 1 && best == reference) chosen.push_back(next);
  return chosen;
}

} // namespace

SweepFolder confirmation_folder(const SweepFolder& folder) {
  return {folder.root / "confirm"};
}

SweepFolder confirmed_folder(const SweepFolder& confirmation) {
  return {(confirmation.root / "..").lexically_normal()};
}

bool is_confirmation(const SweepConfig& sweep) {
  return sweep.grid.size() == 1 && sweep.grid.contains(kKey);
}

SweepConfig plan_confirmation(const SweepFolder& folder, int64_t seeds) {
  require<UsageError>(
      seeds >= 2,
      "--confirm",
      "must be at least 2, but is {}: one run a cell has no interval",
      seeds);
  const SweepSummary sweep = summarize_sweep(folder);
  require(
      sweep.finished(),
      folder.root.string(),
      "is not finished: run the sweep to its end before --confirm");
  const ComparedCells compared = compared_cells(sweep, Precision::kF32);
  std::vector<const CellSummary*> whole;
  for (const size_t cell : compared.complete()) {
    whole.push_back(compared.cells[cell]);
  }
  require(
      whole.size() >= 2,
      folder.root.string(),
      "has fewer than two cells without a failed run: there is nothing to "
      "confirm");
  const CellSummary* reference = reference_cell(sweep, whole);
  std::vector<const CellSummary*> cells = {reference};
  for (const CellSummary* cell : candidates(sweep, reference)) {
    if (cell != reference) cells.push_back(cell);
  }
  SweepConfig again = sweep.config;
  again.grid = Json::object();
  again.search = {};
  for (const CellSummary* cell : cells) {
    Json overrides = cell->facts.at("overrides");
    if (sweep.config.search.kind == SearchKind::kHalving) {
      overrides.erase("train.steps"); // the whole budget
    }
    again.grid[kKey].push_back(overrides);
  }
  int64_t last = 0;
  for (const RunSeed& seed : run_seeds(sweep.config)) {
    last = std::max({last, seed.weights, seed.data});
  }
  again.seeds.clear();
  again.data_seeds.clear();
  for (int64_t i = 1; i <= seeds; ++i) again.seeds.push_back(last + i);
  return again;
}

SweepFolder open_confirmation(const SweepFolder& folder, int64_t seeds) {
  const SweepFolder again = confirmation_folder(folder);
  if (fs::exists(again.config())) {
    const auto held = std::ssize(read_sweep_folder(again).seeds);
    require(
        held == seeds,
        again.root.string(),
        "confirms on {} seeds: give --confirm {}, or remove it",
        held,
        held);
    return again;
  }
  const SweepConfig sweep = plan_confirmation(folder, seeds);
  open_sweep_folder(again, sweep);
  if (sweep.budget.minutes) { // measured once
    const Json measured = read_minutes(folder, make_cells(sweep));
    if (!measured.is_null()) write_minutes(again, measured);
  }
  return again;
}

} // namespace nanobrain
