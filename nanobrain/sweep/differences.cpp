#include "nanobrain/sweep/differences.h"

#include <algorithm>
#include <map>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/sweep/factors.h"

namespace nanobrain {

namespace {

/// What a table says of a comparison: its columns, headed by `title`, and the
/// cells of a row. `tukey`: all pairs are compared.
std::vector<Column> comparison_columns(
    const Figure& figure, const std::string& title, bool tukey) {
  std::vector<Column> columns = {
      word_column(figure.key + "_difference", title),
      {.key = "standard_error"},
      {.key = "df"},
      {.key = "low"},
      {.key = "high"}};
  columns.push_back(word_column("", "simultaneous 95 % interval"));
  columns.push_back(word_column("p", "p"));
  columns.push_back({.key = "p_holm"});
  if (tukey) columns.push_back({.key = "p_tukey"});
  columns.push_back(word_column("", "adjusted p"));
  columns.push_back({.key = "simultaneous_low"});
  columns.push_back({.key = "simultaneous_high"});
  return columns;
}

TableRow comparison_cells(const Comparison& c, bool tukey) {
  TableRow row = {
      {c.value, fmt::format("{:+.4f}", c.value)},
      number_or_null(c.standard_error),
      c.is_tested() ? Json(c.degrees) : Json(),
      number_or_null(c.low),
      number_or_null(c.high)};
  const auto text = [&](const std::string& words) {
    return c.is_tested() ? words : "";
  };
  const auto short_p = [&](double p) {
    return text(p < 1e-4 ? "< 0.0001" : fmt::format("{:.2g}", p));
  };
  row.emplace_back(
      Json(),
      text(fmt::format(
          "{:+.4f} to {:+.4f}", c.simultaneous_low, c.simultaneous_high)));
  row.emplace_back(number_or_null(c.p), short_p(c.p));
  row.emplace_back(number_or_null(c.p_holm));
  if (tukey) row.emplace_back(number_or_null(c.p_adjusted));
  row.emplace_back(Json(), short_p(c.p_adjusted));
  row.emplace_back(number_or_null(c.simultaneous_low));
  row.emplace_back(number_or_null(c.simultaneous_high));
  return row;
}

} // namespace

std::vector<CellDifference> cell_differences(const SweepSummary& sweep) {
  const ComparedCells compared = compared_cells(sweep, Precision::kF32);
  const auto whole = compared.complete();
  std::vector<Contrast> pairs;
  std::vector<std::pair<size_t, size_t>> places;
  for (size_t i = 0; i < whole.size(); ++i) {
    for (size_t k = i + 1; k < whole.size(); ++k) {
      pairs.push_back(compared.model.difference(whole[i], whole[k]));
      places.emplace_back(whole[i], whole[k]);
    }
  }
  std::vector<CellDifference> all;
  for (const Comparison& c : compare_all_pairs(pairs, whole.size())) {
    const auto [a, b] = places[all.size()];
    all.push_back({c, compared.cells[a], compared.cells[b]});
  }
  return all;
}

const CellSummary* best_cell(const SweepSummary& sweep) {
  const ComparedCells compared = compared_cells(sweep, Precision::kF32);
  const auto whole = compared.complete();
  const auto best = std::ranges::min_element(
      whole, {}, [&](size_t cell) { return compared.model.mean(cell); });
  return best == whole.end() ? nullptr : compared.cells[*best];
}

Table differences_table(const SweepSummary& sweep) {
  Table table{
      .columns = comparison_columns(objective(sweep.figures), "", true)};
  table.columns.insert(table.columns.begin(), {{.key = "a"}, {.key = "b"}});
  for (const CellDifference& pair : cell_differences(sweep)) {
    TableRow& row = table.rows.emplace_back(comparison_cells(pair, true));
    row.insert(row.begin(), {pair.a->id, pair.b->id});
  }
  return table;
}

Table differences_to_best(const SweepSummary& sweep) {
  const CellSummary* best = best_cell(sweep);
  require(
      best != nullptr,
      "sweep",
      "no run is done of a cell without a failed one: there is nothing to "
      "tell");
  const Figure& figure = objective(sweep.figures);
  Table table{.columns = comparison_columns(figure, "difference", true)};
  table.columns.insert(
      table.columns.begin(),
      word_column("cell", figure.title + " above " + best->id));
  const auto pairs = cell_differences(sweep);
  for (const CellDifference& pair : pairs) {
    if (pair.a != best && pair.b != best) continue;
    const bool turned = pair.b == best;
    const Comparison& above = pair;
    TableRow& row = table.rows.emplace_back(
        comparison_cells(turned ? reversed(above) : above, true));
    row.insert(row.begin(), (turned ? pair.a : pair.b)->id);
  }
  table.notes = {
      compared_cells(sweep, Precision::kF32).model.decision(),
      fmt::format(
          "adjusted: Tukey-Kramer over all {} pairs, for the best is known "
          "from the same runs",
          pairs.size())};
  return table;
}

Table differences_to(const SweepSummary& sweep, const CellSummary& reference) {
  const ComparedCells compared = compared_cells(sweep, Precision::kF32);
  const Figure& figure = objective(sweep.figures);
  Table table{.columns = comparison_columns(figure, "difference", false)};
  table.columns.insert(
      table.columns.begin(),
      word_column("cell", figure.title + " above " + reference.id));
  const auto from = std::ranges::find(compared.cells, &reference);
  if (from == compared.cells.end() || reference.incomplete()) return table;
  std::vector<Contrast> family;
  std::vector<size_t> cells;
  for (const size_t cell : compared.complete()) {
    if (compared.cells[cell] == &reference) continue;
    cells.push_back(cell);
    family.push_back(compared.model.difference(
        static_cast<size_t>(from - compared.cells.begin()), cell));
  }
  for (const Comparison& c : compare(family)) {
    const size_t cell = cells[table.rows.size()];
    TableRow& row = table.rows.emplace_back(comparison_cells(c, false));
    row.insert(row.begin(), compared.cells[cell]->id);
  }
  table.notes = {
      compared.model.decision(),
      fmt::format(
          "adjusted: p by Holm's method, intervals by Bonferroni's, over these "
          "{}",
          family.size())};
  return table;
}

std::vector<KeyEffect> key_effects(const SweepSummary& sweep) {
  const ComparedCells compared = compared_cells(sweep, Precision::kF32);
  std::vector<const CellSummary*> grid; // those to come, too
  std::vector<Json> overrides;
  for (const CellSummary& cell : sweep.cells) {
    if (cell.rung() != compared.rung) continue;
    grid.push_back(&cell);
    overrides.push_back(cell.facts.at("overrides"));
  }
  std::map<const CellSummary*, size_t> places;
  for (const size_t cell : compared.complete()) {
    places[compared.cells[cell]] = cell;
  }
  std::vector<KeyEffect> effects;
  std::vector<Contrast> family;
  for (const KeyStep& step : key_steps(overrides)) {
    GridModel::Weights weights;
    size_t pairs = 0;
    for (const auto& [a, b] : step.cells) {
      const auto from = places.find(grid[a]);
      const auto to = places.find(grid[b]);
      if (from == places.end() || to == places.end()) continue;
      weights[from->second] -= 1;
      weights[to->second] += 1;
      ++pairs;
    }
    if (pairs == 0) continue;
    for (auto& [cell, weight] : weights) weight /= static_cast<double>(pairs);
    family.push_back(compared.model.contrast(weights));
    effects.push_back({{}, step.key, step.from, step.to, pairs});
  }
  const auto comparisons = compare(family);
  for (size_t i = 0; i < effects.size(); ++i) {
    static_cast<Comparison&>(effects[i]) = comparisons[i];
  }
  return effects;
}

Table effects_table(const SweepSummary& sweep) {
  const Figure& figure = objective(sweep.figures);
  Table table{.columns = comparison_columns(figure, figure.title, false)};
  table.columns.insert(
      table.columns.begin(),
      {word_column("key", "key"),
       word_column("from", "from"),
       word_column("to", "to"),
       {.key = "pairs"}});
  table.columns.push_back(word_column("", "pairs"));
  const auto effects = key_effects(sweep);
  for (const KeyEffect& e : effects) {
    TableRow& row = table.rows.emplace_back(comparison_cells(e, false));
    row.insert(
        row.begin(),
        {e.key, {e.from, e.from.dump()}, {e.to, e.to.dump()}, e.pairs});
    row.emplace_back(e.pairs);
  }
  table.notes = {
      compared_cells(sweep, Precision::kF32).model.decision(),
      fmt::format(
          "adjusted: p by Holm's method, intervals by Bonferroni's, over these "
          "{}",
          effects.size())};
  return table;
}

} // namespace nanobrain
