#include "nanobrain/sweep/cell.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/sweep/grid.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

constexpr const char* kTokenizer = "tokenizer";
constexpr int64_t kMostCells = 1'000'000; // of a rung, in the order of all

struct TokenizerFields : CellTokenizer {
  template <class Visitor>
  void visit(Visitor&& field) {
    field("kind", kind, "sentencepiece or lexical");
    field("vocab_size", vocab_size, "tokens");
  }
};

CellTokenizer read_tokenizer(const Json& value) {
  TokenizerFields fields;
  read_fields(value, "grid.tokenizer", fields);
  require<UsageError>(
      fields.kind == "sentencepiece" || fields.kind == "lexical",
      "grid.tokenizer",
      "kind must be sentencepiece or lexical, but is \"{}\"",
      fields.kind);
  require<UsageError>(
      fields.vocab_size >= 1,
      "grid.tokenizer",
      "vocab_size must be given, and at least 1");
  return fields;
}

std::vector<std::string> assignments(const Json& set, const Json& overrides) {
  std::vector<std::string> all;
  for (const Json* keys : {&set, &overrides}) {
    for (const auto& [key, value] : keys->items()) {
      if (key != kTokenizer) all.push_back(key + "=" + value.dump());
    }
  }
  return all;
}

/// Of tokenizers that are there already, each read once.
class Vocabularies {
 public:
  int64_t size(const fs::path& tokenizer) {
    require<UsageError>(
        !tokenizer.empty(),
        "data.tokenizer",
        "is left out, and so is model.vocab_size: give one of them");
    require_input("set.data.tokenizer", tokenizer);
    auto [it, missing] = sizes_.try_emplace(tokenizer, 0);
    if (missing) it->second = load_tokenizer(tokenizer)->vocab_size();
    return it->second;
  }

 private:
  std::map<fs::path, int64_t> sizes_;
};

int64_t whole_steps(double steps) {
  require<UsageError>(
      steps <= 1e15, "budget", "is of {:.3g} steps: too many", steps);
  return static_cast<int64_t>(std::ceil(steps));
}

int64_t steps_of(const BudgetConfig& budget, RunConfig config) {
  if (budget.steps) return *budget.steps;
  const auto per_step = static_cast<double>(config.tokens_per_step());
  if (budget.tokens) {
    return whole_steps(static_cast<double>(*budget.tokens) / per_step);
  }
  if (budget.flops) {
    config.train.steps = 1;
    return whole_steps(*budget.flops / training_flops(config));
  }
  return config.train.steps; // minutes: known once the speed is
}

Cell make_cell(
    const SweepConfig& sweep, const Json& point, Vocabularies& vocabularies) {
  Cell cell;
  cell.id = point_id(point);
  cell.overrides = point;
  if (point.contains(kTokenizer)) {
    cell.tokenizer = read_tokenizer(point[kTokenizer]);
  }
  cell.config = parse_run_config(sweep.base, assignments(sweep.set, point));
  ModelConfig& model = cell.config.model;
  if (cell.tokenizer) {
    model.vocab_size = cell.tokenizer->vocab_size;
  } else if (model.vocab_size == 0 || fs::exists(cell.config.data.tokenizer)) {
    const int64_t size = vocabularies.size(cell.config.data.tokenizer);
    if (model.vocab_size == 0) model.vocab_size = size;
    require<UsageError>(
        model.vocab_size == size,
        "model.vocab_size",
        "is {}, but the tokenizer has {}; leave it out",
        model.vocab_size,
        size);
  }
  model.validate();
  cell.config.train.steps = steps_of(sweep.budget, cell.config);
  cell.config.validate();
  return cell;
}

/// Keys that a sweep sets itself, and why they are refused.
void require_free_keys(const SweepConfig& sweep, const Json& point) {
  for (const auto& [key, value] : point.items()) {
    require<UsageError>(
        !sweep.set.contains(key), "grid", "varies {}, which set fixes", key);
    require<UsageError>(
        key != "train.seed" && key != "train.data_seed",
        "grid",
        "varies {}: name the seeds under seeds",
        key);
    require<UsageError>(
        key != "train.steps",
        "grid",
        "varies train.steps, which the budget sets");
  }
}

} // namespace

std::vector<Cell> make_cells(const SweepConfig& sweep) {
  const auto points = draw_points(
      grid_points(sweep.grid), sweep.search.samples, sweep.search.seed);
  Vocabularies vocabularies;
  std::vector<Cell> cells;
  for (const Json& point : points) {
    require_free_keys(sweep, point);
    try {
      cells.push_back(make_cell(sweep, point, vocabularies));
      cells.back().order = static_cast<int64_t>(cells.size()) - 1;
    } catch (const UsageError& error) {
      throw UsageError(
          fmt::format("[cell {}] {}", point_id(point), error.what()));
    }
  }
  return cells;
}

void require_input(std::string_view key, const fs::path& path) {
  require(
      fs::exists(path),
      key,
      "{} does not exist; make it (nanobrain prepare; experiments/first_run.sh "
      "for that of the first run) or name another: --set {}=PATH",
      path.string(),
      key);
}

RunConfig config_for_seed(const Cell& cell, int64_t seed) {
  RunConfig config = cell.config;
  config.train.seed = seed;
  config.train.data_seed = seed;
  return config;
}

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
