#include "nanobrain/sweep/summary.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/sweep/claim.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

/// Of what is read of cell.json.
void require_whole(const Json& facts, const fs::path& path) {
  bool whole = facts.is_object() && facts.contains("overrides") &&
               facts["overrides"].is_object();
  for (const char* key :
       {"parameters",
        "f32_bytes",
        "int8_bytes",
        "steps",
        "tokens",
        "train_flops"}) {
    whole = whole && facts.contains(key) && facts[key].is_number();
  }
  require(
      whole,
      path.string(),
      "is damaged; go on with the sweep, which writes it anew");
}

CellSummary read_cell(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const std::string& id) {
  CellSummary cell;
  cell.id = id;
  const fs::path facts = folder.cell(id) / "cell.json";
  cell.facts = read_json(facts);
  require_whole(cell.facts, facts);
  for (const int64_t seed : sweep.seeds) {
    const SeedFolder run = folder.seed(id, seed);
    RunSummary summary{.seed = seed, .status = read_status(run), .result = {}};
    std::string& state = summary.status.state;
    // A worker that was killed could not say so.
    if (state == "running" && !Claim::is_taken(run.lock())) {
      state = "interrupted";
    }
    if (state == "done") summary.result = read_result(run);
    cell.runs.push_back(std::move(summary));
  }
  return cell;
}

/// A figure of every seed that is done.
template <class Figure>
std::vector<double> figures(const CellSummary& cell, Figure figure) {
  std::vector<double> values;
  for (const RunSummary& run : cell.runs) {
    if (run.result) values.push_back(static_cast<double>(figure(*run.result)));
  }
  return values;
}

void estimate_precisions(CellSummary& cell) {
  if (cell.count("done") == 0) return;
  const auto of = [&](auto figure) { return estimate(figures(cell, figure)); };
  using R = RunResult;
  cell.f32 = PrecisionSummary{
      .loss = of([](const R& r) { return r.val_loss; }),
      .bits_per_byte = of([](const R& r) { return r.val_bits_per_byte; }),
      .forward_ms = of([](const R& r) { return r.forward_ms; }),
      .bytes = of([](const R& r) { return r.f32_bytes; }).mean,
      .front = {}};
  cell.int8 = PrecisionSummary{
      .loss = of([](const R& r) { return r.int8_val_loss; }),
      .bits_per_byte = of([](const R& r) { return r.int8_val_bits_per_byte; }),
      .forward_ms = of([](const R& r) { return r.int8_forward_ms; }),
      .bytes = of([](const R& r) { return r.int8_bytes; }).mean,
      .front = {}};
}

void mark_fronts(
    std::vector<CellSummary>& cells,
    std::optional<PrecisionSummary> CellSummary::*precision,
    double RunResult::*loss) {
  for (const std::string axis : kFrontAxes) {
    std::vector<ParetoPoint> points;
    std::vector<PrecisionSummary*> marked;
    for (CellSummary& cell : cells) {
      if (!(cell.*precision)) continue;
      ParetoPoint point{
          .cost = front_cost(cell, *(cell.*precision), axis), .losses = {}};
      for (const RunSummary& run : cell.runs) {
        if (run.result) point.losses[run.seed] = (*run.result).*loss;
      }
      points.push_back(std::move(point));
      marked.push_back(&*(cell.*precision));
    }
    const auto front = pareto_front(points);
    for (size_t i = 0; i < front.size(); ++i) {
      marked[i]->front[axis] = front[i];
    }
  }
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
  return std::count_if(runs.begin(), runs.end(), [&](const RunSummary& run) {
    return run.status.state == state;
  });
}

double front_cost(
    const CellSummary& cell,
    const PrecisionSummary& precision,
    const std::string& axis) {
  if (axis == "bytes") return precision.bytes;
  if (axis == "forward_ms") return precision.forward_ms.mean;
  return cell.facts.at(axis).get<double>();
}

int64_t SweepSummary::count(std::string_view state) const {
  int64_t sum = 0;
  for (const CellSummary& cell : cells) sum += cell.count(state);
  return sum;
}

SweepSummary summarize_sweep(const SweepFolder& folder) {
  SweepSummary summary{.config = read_sweep_folder(folder), .cells = {}};
  if (fs::exists(folder.cells())) {
    for (const auto& entry : fs::directory_iterator(folder.cells())) {
      if (!fs::exists(entry.path() / "cell.json")) continue;
      summary.cells.push_back(
          read_cell(folder, summary.config, entry.path().filename()));
    }
  }
  const auto order = [](const CellSummary& cell) {
    return cell.facts.at("order").get<int64_t>();
  };
  std::sort(
      summary.cells.begin(),
      summary.cells.end(),
      [&](const CellSummary& a, const CellSummary& b) {
        return order(a) < order(b);
      });
  for (CellSummary& cell : summary.cells) estimate_precisions(cell);
  mark_fronts(summary.cells, &CellSummary::f32, &RunResult::val_bits_per_byte);
  mark_fronts(
      summary.cells, &CellSummary::int8, &RunResult::int8_val_bits_per_byte);
  return summary;
}

} // namespace nanobrain
