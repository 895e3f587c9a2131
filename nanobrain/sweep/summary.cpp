#include "nanobrain/sweep/summary.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/sweep/claim.h"

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
    const SweepSummary& sweep,
    const std::string& id) {
  CellSummary cell;
  cell.id = id;
  const fs::path facts = folder.cell(id) / "cell.json";
  cell.facts = read_json(facts);
  require_whole(cell.facts, sweep.figures, facts);
  for (const int64_t seed : sweep.config.seeds) {
    const SeedFolder run = folder.seed(id, seed);
    RunSummary summary{.seed = seed, .status = read_status(run), .result = {}};
    std::string& state = summary.status.state;
    // A worker that was killed could not say so.
    if (state == "running" && !Claim::is_taken(run.lock())) {
      state = "interrupted";
    }
    if (state == "done") summary.result = read_result(run, sweep.figures);
    cell.runs.push_back(std::move(summary));
  }
  return cell;
}

PrecisionSummary estimate_figures(
    const CellSummary& cell, const Figures& figures, Precision precision) {
  PrecisionSummary summary;
  for (const Figure& figure : figures) {
    std::vector<double> values;
    for (const auto& [seed, value] : cell.by_seed(figure, precision)) {
      values.push_back(value);
    }
    if (!values.empty()) summary.figures[figure.key] = estimate(values);
  }
  return summary;
}

void mark_front(
    SweepSummary& sweep, const std::string& axis, Precision precision) {
  const Figure& cost = find_figure(sweep.figures, axis);
  std::vector<ParetoPoint> points;
  std::vector<PrecisionSummary*> marked;
  for (CellSummary& cell : sweep.cells) {
    auto& summary = precision == Precision::kF32 ? cell.f32 : cell.int8;
    if (!summary) continue;
    const Json mean = cell.mean(cost, precision);
    if (mean.is_null()) continue;
    points.push_back(
        {mean.get<double>(),
         cell.by_seed(objective(sweep.figures), precision)});
    marked.push_back(&*summary);
  }
  const auto front = pareto_front(points);
  for (size_t i = 0; i < front.size(); ++i) marked[i]->front[axis] = front[i];
}

} // namespace

std::vector<int64_t> CellSummary::seeds_done() const {
  std::vector<int64_t> seeds;
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

Json CellSummary::mean(const Figure& figure, Precision precision) const {
  if (figure.known) return facts.at(figure.key);
  const auto& summary = at(precision);
  if (!summary || !summary->figures.contains(figure.key)) return nullptr;
  return number_or_null(summary->at(figure.key).mean);
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

SweepSummary summarize_sweep(
    const SweepFolder& folder, const Figures& figures) {
  SweepSummary summary{
      .config = read_sweep_folder(folder), .figures = figures, .cells = {}};
  if (fs::exists(folder.cells())) {
    for (const auto& entry : fs::directory_iterator(folder.cells())) {
      if (!fs::exists(entry.path() / "cell.json")) continue;
      summary.cells.push_back(
          read_cell(folder, summary, entry.path().filename()));
    }
  }
  std::ranges::sort(summary.cells, {}, [](const CellSummary& cell) {
    return cell.facts.at("order").get<int64_t>();
  });
  for (CellSummary& cell : summary.cells) {
    if (cell.count("done") == 0) continue;
    cell.f32 = estimate_figures(cell, figures, Precision::kF32);
    cell.int8 = estimate_figures(cell, figures, Precision::kInt8);
  }
  for (const std::string& axis : axes(figures)) {
    for (const Precision p : kPrecisions) mark_front(summary, axis, p);
  }
  return summary;
}

} // namespace nanobrain
