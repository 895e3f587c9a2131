#include "nanobrain/sweep/differences.h"

#include "nanobrain/base/error.h"

namespace nanobrain {

std::optional<CellDifference> cell_difference(
    const Figures& figures, const CellSummary& a, const CellSummary& b) {
  const Figure& figure = objective(figures);
  const auto others = b.by_seed(figure, Precision::kF32);
  std::vector<double> of_a;
  std::vector<double> of_b;
  for (const auto& [seed, value] : a.by_seed(figure, Precision::kF32)) {
    const auto it = others.find(seed);
    if (it == others.end()) continue;
    of_a.push_back(value);
    of_b.push_back(it->second);
  }
  if (of_a.empty()) return std::nullopt;
  return CellDifference{paired_difference(of_a, of_b), &a, &b};
}

std::vector<CellDifference> cell_differences(const SweepSummary& sweep) {
  std::vector<CellDifference> all;
  for (size_t i = 0; i < sweep.cells.size(); ++i) {
    for (size_t k = i + 1; k < sweep.cells.size(); ++k) {
      const auto pair =
          cell_difference(sweep.figures, sweep.cells[i], sweep.cells[k]);
      if (pair) all.push_back(*pair);
    }
  }
  return all;
}

const CellSummary* best_cell(const SweepSummary& sweep) {
  const std::string& key = objective(sweep.figures).key;
  const CellSummary* best = nullptr;
  for (const CellSummary& cell : sweep.cells) {
    if (!cell.f32) continue;
    if (best == nullptr || cell.f32->at(key).mean < best->f32->at(key).mean) {
      best = &cell;
    }
  }
  return best;
}

std::vector<Column> difference_columns(
    const Figure& figure, const std::string& title) {
  const auto column = [](std::string key, std::string title = {}) {
    return word_column(std::move(key), std::move(title));
  };
  return {
      column(figure.key + "_difference", title),
      column("sd"),
      column("low"),
      column("high"),
      column("seeds"),
      column("", "95 % interval"),
      column("p", "p"),
      column("", "seeds")};
}

TableRow difference_cells(const PairedDifference& difference) {
  const Estimate& d = difference.difference;
  TableCell interval = nullptr;
  TableCell p = nullptr;
  if (d.has_interval()) {
    interval.text = fmt::format("{:+.4f} to {:+.4f}", d.low, d.high);
    p = {number_or_null(difference.p), fmt::format("{:.2g}", difference.p)};
  }
  return {
      {d.mean, fmt::format("{:+.4f}", d.mean)},
      number_or_null(d.sd),
      number_or_null(d.low),
      number_or_null(d.high),
      d.values.size(),
      interval,
      p,
      d.values.size()};
}

Table differences_table(const SweepSummary& sweep) {
  Table table{.columns = difference_columns(objective(sweep.figures), "")};
  table.columns.insert(table.columns.begin(), {{.key = "a"}, {.key = "b"}});
  for (const CellDifference& pair : cell_differences(sweep)) {
    TableRow& row = table.rows.emplace_back(difference_cells(pair));
    row.insert(row.begin(), {pair.a->id, pair.b->id});
  }
  return table;
}

Table differences_to_best(const SweepSummary& sweep) {
  const CellSummary* best = best_cell(sweep);
  require(best != nullptr, "sweep", "no run is done: there is nothing to tell");
  const Figure& figure = objective(sweep.figures);
  Table table{.columns = difference_columns(figure, "difference")};
  table.columns.insert(
      table.columns.begin(),
      word_column("cell", figure.title + " above " + best->id));
  for (const CellSummary& cell : sweep.cells) {
    if (&cell == best) continue;
    const auto pair = cell_difference(sweep.figures, *best, cell);
    if (!pair) continue;
    TableRow& row = table.rows.emplace_back(difference_cells(*pair));
    row.insert(row.begin(), cell.id);
  }
  return table;
}

} // namespace nanobrain
