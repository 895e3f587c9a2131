#include "nanobrain/sweep/differences.h"

#include <algorithm>
#include <map>
#include <utility>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

/// None where no seed is done of both.
std::optional<CellDifference> cell_difference(
    const Figures& figures, const CellSummary& a, const CellSummary& b) {
  const Figure& figure = objective(figures);
  const auto pair = paired_difference(
      a.by_seed(figure, Precision::kF32), b.by_seed(figure, Precision::kF32));
  if (!pair) return std::nullopt;
  return CellDifference{*pair, &a, &b};
}

/// What a table says of a difference: its columns, headed by `title`, and the
/// cells of a row. One seed: no interval, no p.
std::vector<Column> difference_columns(
    const Figure& figure, const std::string& title) {
  return {
      word_column(figure.key + "_difference", title),
      {.key = "sd"},
      {.key = "low"},
      {.key = "high"},
      {.key = "seeds"},
      word_column("", "95 % interval"),
      word_column("p", "p"),
      word_column("", "seeds")};
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

/// The cell of the least objective; nullptr where no run is done.
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

} // namespace

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

namespace {

/// The values of every key that has several, as they first appear.
Json keys_that_vary(const SweepSummary& sweep) {
  Json keys = Json::object();
  for (const CellSummary& cell : sweep.cells) {
    for (const auto& [key, value] : cell.facts.at("overrides").items()) {
      Json& values = keys[key];
      if (std::find(values.begin(), values.end(), value) == values.end()) {
        values.push_back(value);
      }
    }
  }
  Json several = Json::object();
  for (const auto& [key, values] : keys.items()) {
    if (values.size() > 1) several[key] = values;
  }
  return several;
}

/// Cells that differ in the key alone: at `from`, at `to`.
std::vector<std::pair<BySeed, BySeed>> pairs_of(
    const SweepSummary& sweep,
    const std::string& key,
    const Json& from,
    const Json& to) {
  const Figure& figure = objective(sweep.figures);
  std::vector<std::pair<BySeed, BySeed>> pairs;
  for (const CellSummary& a : sweep.cells) {
    Json other = a.facts.at("overrides");
    if (!a.f32 || other.value(key, Json()) != from) continue;
    other[key] = to;
    for (const CellSummary& b : sweep.cells) {
      if (b.f32 && b.facts.at("overrides") == other) {
        pairs.emplace_back(
            a.by_seed(figure, Precision::kF32),
            b.by_seed(figure, Precision::kF32));
      }
    }
  }
  return pairs;
}

/// None where the pairs have no seed in common.
std::optional<PairedDifference> mean_difference(
    const std::vector<std::pair<BySeed, BySeed>>& pairs) {
  BySeed at_from;
  BySeed at_to;
  const auto n = static_cast<double>(pairs.size());
  for (const auto& [seed, unused] : pairs.front().first) {
    double sum_from = 0;
    double sum_to = 0;
    const bool all = std::all_of(pairs.begin(), pairs.end(), [&](auto& pair) {
      if (!pair.first.contains(seed) || !pair.second.contains(seed)) {
        return false;
      }
      sum_from += pair.first.at(seed);
      sum_to += pair.second.at(seed);
      return true;
    });
    if (!all) continue;
    at_from[seed] = sum_from / n;
    at_to[seed] = sum_to / n;
  }
  return paired_difference(at_from, at_to);
}

} // namespace

std::vector<KeyEffect> key_effects(const SweepSummary& sweep) {
  std::vector<KeyEffect> effects;
  const Json keys = keys_that_vary(sweep);
  if (keys.size() < 2) return effects;
  for (const auto& [key, values] : keys.items()) {
    for (size_t i = 0; i < values.size(); ++i) {
      for (size_t k = i + 1; k < values.size(); ++k) {
        const auto pairs = pairs_of(sweep, key, values[i], values[k]);
        if (pairs.empty()) continue;
        const auto difference = mean_difference(pairs);
        if (!difference) continue;
        effects.push_back(
            {*difference, key, values[i], values[k], pairs.size()});
      }
    }
  }
  return effects;
}

Table effects_table(const SweepSummary& sweep) {
  const Figure& figure = objective(sweep.figures);
  Table table{.columns = difference_columns(figure, figure.title)};
  table.columns.insert(
      table.columns.begin(),
      {word_column("key", "key"),
       word_column("from", "from"),
       word_column("to", "to"),
       {.key = "pairs"}});
  table.columns.push_back(word_column("", "pairs"));
  for (const KeyEffect& e : key_effects(sweep)) {
    TableRow& row = table.rows.emplace_back(difference_cells(e));
    row.insert(
        row.begin(),
        {e.key, {e.from, e.from.dump()}, {e.to, e.to.dump()}, e.pairs});
    row.emplace_back(e.pairs);
  }
  return table;
}

} // namespace nanobrain
