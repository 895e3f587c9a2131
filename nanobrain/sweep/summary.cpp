#include "nanobrain/sweep/summary.h"

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/sweep/claim.h"
#include "nanobrain/sweep/halving.h"
#include "nanobrain/sweep/multiple_comparisons.h"
#include "nanobrain/sweep/provenance.h"
#include "nanobrain/sweep/stored.h"
#include "nanobrain/sweep/worker.h"

namespace nanobrain {

namespace {

/// Of what is read of cell.json.
void require_whole(
    const Json& facts, const Figures& figures, const fs::path& path) {
  bool whole = facts.is_object() && facts.contains("overrides") &&
               facts["overrides"].is_object();
  for (const Figure& f : figures) {
    whole = whole &&
            (!f.known || (facts.contains(f.key) && facts[f.key].is_number()));
  }
  require(
      whole,
      path.string(),
      "is damaged; resume the sweep, which writes it again");
}

CellSummary read_cell(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const Figures& figures,
    const std::string& id) {
  CellSummary cell;
  cell.id = id;
  const fs::path facts = folder.cell(id) / "cell.json";
  cell.facts = read_json(facts);
  require_whole(cell.facts, figures, facts);
  for (const RunSeed& seed : run_seeds(sweep)) {
    const SeedFolder run = folder.seed(id, seed);
    RunSummary summary{.seed = seed, .status = read_status(run)};
    std::string& state = summary.status.state;
    // A worker that was killed could not say so.
    if (state == "running" && !Claim::is_taken(run.lock())) {
      state = "interrupted";
    }
    if (state == "done") summary.result = read_result(run, figures);
    summary.ended = is_finished(run, summary.status, sweep);
    summary.facts = facts_of(run, summary.result);
    cell.runs.push_back(std::move(summary));
  }
  return cell;
}

int64_t order_of(const CellSummary& cell) {
  return cell.facts.at("order").get<int64_t>();
}

bool has_ended(const CellSummary& cell) {
  return std::ranges::all_of(cell.runs, &RunSummary::ended);
}

/// By which a halving search ranks it.
std::optional<double> rank_loss(const CellSummary& cell) {
  std::vector<std::optional<Json>> results;
  for (const RunSummary& run : cell.runs) results.push_back(run.result);
  return mean_loss(results);
}

PrecisionSummary estimate_figures(
    const CellSummary& cell, const Figures& figures, Precision precision) {
  PrecisionSummary summary;
  for (const Figure& figure : figures) {
    std::vector<double> values;
    for (const auto& [seed, value] : cell.by_seed(figure, precision)) {
      values.push_back(value);
    }
    if (!cell.censored_text(figure).empty()) continue;
    if (!values.empty()) summary.figures[figure.key] = estimate(values);
  }
  return summary;
}

std::optional<PrecisionSummary>& summary_of(
    CellSummary& cell, Precision precision) {
  return precision == Precision::kF32 ? cell.f32 : cell.int8;
}

/// The noise of all cells instead of each one's own.
void pool_intervals(
    SweepSummary& sweep, Precision precision, const Figure& figure) {
  const ComparedCells compared = compared_cells(sweep, precision, figure);
  if (compared.model.noise() != Noise::kPooled) return;
  for (CellSummary& cell : sweep.cells) {
    const auto place = std::ranges::find(compared.cells, &cell);
    if (place == compared.cells.end()) continue;
    const auto index = static_cast<size_t>(place - compared.cells.begin());
    const auto mean = compare({compared.model.contrast({{index, 1.0}})});
    Estimate& e = summary_of(cell, precision)->figures.at(figure.key);
    e.low = mean.front().low;
    e.high = mean.front().high;
  }
}

/// The noise of a time is a share of it.
BySeed logarithms(
    const CellSummary& cell, const Figure& figure, Precision precision) {
  BySeed values = cell.by_seed(figure, precision);
  for (auto& [seed, value] : values) value = std::log(value);
  return values;
}

void mark_front(
    SweepSummary& sweep, const std::string& axis, Precision precision) {
  const Figure& cost = find_figure(sweep.figures, axis);
  const ComparedCells compared = compared_cells(sweep, precision);
  std::map<const CellSummary*, OnFront> front;
  std::vector<FrontPoint> points;
  std::vector<BySeed> costs;
  for (size_t i = 0; i < compared.cells.size(); ++i) {
    const CellSummary& cell = *compared.cells[i];
    const Json mean = cell.mean(cost, precision);
    if (mean.is_null()) continue;
    front[&cell] = OnFront::kIncomplete;
    if (cell.incomplete()) continue;
    points.push_back({i, mean.get<double>(), cell.seeds_done().size() > 1});
    if (cost.is_estimate()) costs.push_back(logarithms(cell, cost, precision));
  }
  std::optional<GridModel> model;
  if (cost.is_estimate()) model.emplace(std::move(costs));
  const auto marks = pareto_front(compared.model, points, model);
  for (size_t i = 0; i < marks.size(); ++i) {
    front[compared.cells[points[i].cell]] = marks[i];
  }
  for (CellSummary& cell : sweep.cells) {
    const auto it = front.find(&cell);
    if (it != front.end())
      summary_of(cell, precision)->front[axis] = it->second;
  }
}

} // namespace

std::vector<RunSeed> CellSummary::seeds_done() const {
  std::vector<RunSeed> seeds;
  for (const RunSummary& run : runs) {
    if (run.result) seeds.push_back(run.seed);
  }
  return seeds;
}

int64_t CellSummary::count(std::string_view state) const {
  return std::ranges::count(runs, state, [](const RunSummary& run) {
    return std::string_view(run.status.state);
  });
}

int64_t CellSummary::rung() const {
  return rung_of(order_of(*this));
}

BySeed CellSummary::by_seed(const Figure& figure, Precision precision) const {
  BySeed values;
  for (const RunSummary& run : runs) {
    if (!run.result) continue;
    if (const auto value = figure.of(*run.result, precision)) {
      values[run.seed] = *value;
    }
  }
  return values;
}

std::string CellSummary::censored_text(const Figure& figure) const {
  const auto done = seeds_done().size();
  const auto reached = by_seed(figure, Precision::kF32).size();
  if (!figure.censored || reached == done) return "";
  return fmt::format("{} of {} reached it", reached, done);
}

Json CellSummary::mean(const Figure& figure, Precision precision) const {
  if (figure.known) return facts.at(figure.key);
  const auto& summary = at(precision);
  if (!summary || !summary->figures.contains(figure.key)) return nullptr;
  return number_or_null(summary->at(figure.key).mean);
}

bool is_finished(
    const SweepConfig& sweep, const std::vector<CellSummary>& cells) {
  const bool halving = sweep.search.kind == SearchKind::kHalving;
  const int64_t rungs = halving ? sweep.search.rungs : 1;
  std::vector<int64_t> orders; // of the cells of a rung
  for (const CellSummary& cell : cells) {
    if (cell.rung() == 0) orders.push_back(order_of(cell));
  }
  for (int64_t rung = 0; rung < rungs; ++rung) {
    std::vector<std::optional<double>> losses;
    for (int64_t& order : orders) {
      order = order_at(order, rung);
      const auto cell = std::ranges::find(cells, order, order_of);
      if (cell == cells.end() || !has_ended(*cell)) return false;
      losses.push_back(rank_loss(*cell));
    }
    if (!halving) break;
    std::vector<int64_t> rest;
    for (const size_t place : best_share(losses, sweep.search.fraction)) {
      rest.push_back(orders[place]);
    }
    orders = std::move(rest);
  }
  return !cells.empty();
}

BySeed SweepSummary::measured(
    const CellSummary& cell, const std::string& name) const {
  BySeed values;
  if (test.looks.empty()) return values;
  for (const TestedCell& tested : test.looks.back().cells) {
    if (tested.id != cell.id || !tested.measured.contains(name)) continue;
    for (const RunSeed& seed : cell.seeds_done()) {
      const auto place = std::ranges::find(tested.seeds, seed.name());
      if (place == tested.seeds.end()) continue;
      values[seed] = tested.measured[name].at(
          static_cast<size_t>(place - tested.seeds.begin()));
    }
  }
  return values;
}

int64_t SweepSummary::count(std::string_view state) const {
  int64_t sum = 0;
  for (const CellSummary& cell : cells) sum += cell.count(state);
  return sum;
}

std::vector<std::string> SweepSummary::override_keys() const {
  std::vector<std::string> keys;
  for (const CellSummary& cell : cells) {
    for (const auto& [key, value] : cell.facts.at("overrides").items()) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        keys.push_back(key);
      }
    }
  }
  return keys;
}

std::vector<CellSummary> read_cells(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const Figures& figures) {
  std::vector<CellSummary> cells;
  if (fs::exists(folder.cells())) {
    for (const auto& entry : fs::directory_iterator(folder.cells())) {
      if (!fs::exists(entry.path() / "cell.json")) continue;
      cells.push_back(
          read_cell(folder, sweep, figures, entry.path().filename()));
    }
  }
  std::ranges::sort(cells, {}, order_of);
  return cells;
}

SweepSummary summarize_sweep(
    const SweepFolder& folder, const Figures& figures) {
  SweepSummary summary{
      .config = read_sweep_folder(folder),
      .figures = {},
      .cells = {},
      .baselines = read_stored<SweepBaselines>(folder.baselines()),
      .test = read_stored<TestFigure>(folder.test())};
  summary.figures = summary.config.target ? figures : without_target(figures);
  summary.cells = read_cells(folder, summary.config, figures);
  const bool finished = summary.finished();
  for (CellSummary& cell : summary.cells) {
    cell.abandoned = finished && !has_ended(cell);
    if (cell.count("done") == 0) continue;
    cell.f32 = estimate_figures(cell, summary.figures, Precision::kF32);
    cell.int8 = estimate_figures(cell, summary.figures, Precision::kInt8);
  }
  for (const Precision p : kPrecisions) {
    for (const Figure& figure : summary.figures) {
      if (figure.spread != Spread::kInterval) continue;
      pool_intervals(summary, p, figure);
    }
    for (const std::string& axis : axes(figures)) mark_front(summary, axis, p);
  }
  return summary;
}

std::vector<size_t> ComparedCells::complete() const {
  std::vector<size_t> places;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!cells[i]->incomplete()) places.push_back(i);
  }
  return places;
}

ComparedCells compared_cells(const SweepSummary& sweep, Precision precision) {
  return compared_cells(sweep, precision, objective(sweep.figures));
}

ComparedCells compared_cells(
    const SweepSummary& sweep, Precision precision, const Figure& figure) {
  ComparedCells compared;
  std::vector<const CellSummary*> done;
  for (const CellSummary& cell : sweep.cells) {
    if (cell.by_seed(figure, precision).empty()) continue;
    if (!cell.censored_text(figure).empty()) continue;
    done.push_back(&cell);
    compared.rung = std::max(compared.rung, cell.rung());
  }
  std::vector<BySeed> values;
  for (const CellSummary* cell : done) {
    if (cell->rung() != compared.rung) continue;
    compared.cells.push_back(cell);
    values.push_back(cell->by_seed(figure, precision));
  }
  compared.model = GridModel(std::move(values));
  return compared;
}

} // namespace nanobrain
