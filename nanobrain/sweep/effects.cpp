#include "nanobrain/sweep/effects.h"

#include <algorithm>
#include <map>
#include <utility>

#include "nanobrain/sweep/differences.h"

namespace nanobrain {

namespace {

using BySeed = std::map<int64_t, double>; // the objective, of the seeds done

struct Values {
  std::string key;
  std::vector<Json> values; // as they first appear
};

std::vector<Values> keys_that_vary(const SweepSummary& sweep) {
  std::vector<Values> keys;
  for (const CellSummary& cell : sweep.cells) {
    for (const auto& [key, value] : cell.facts.at("overrides").items()) {
      auto it = std::find_if(keys.begin(), keys.end(), [&](const Values& k) {
        return k.key == key;
      });
      if (it == keys.end()) it = keys.insert(it, {key, {}});
      auto& values = it->values;
      if (std::find(values.begin(), values.end(), value) == values.end()) {
        values.push_back(value);
      }
    }
  }
  std::erase_if(keys, [](const Values& k) { return k.values.size() < 2; });
  return keys;
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
  std::vector<double> at_from;
  std::vector<double> at_to;
  const auto n = static_cast<double>(pairs.size());
  for (const auto& [seed, unused] : pairs.front().first) {
    double sum_from = 0;
    double sum_to = 0;
    const bool all = std::all_of(pairs.begin(), pairs.end(), [&](auto& pair) {
      const auto a = pair.first.find(seed);
      const auto b = pair.second.find(seed);
      if (a == pair.first.end() || b == pair.second.end()) return false;
      sum_from += a->second;
      sum_to += b->second;
      return true;
    });
    if (!all) continue;
    at_from.push_back(sum_from / n);
    at_to.push_back(sum_to / n);
  }
  if (at_from.empty()) return std::nullopt;
  return paired_difference(at_from, at_to);
}

} // namespace

std::vector<KeyEffect> key_effects(const SweepSummary& sweep) {
  std::vector<KeyEffect> effects;
  const auto keys = keys_that_vary(sweep);
  if (keys.size() < 2) return effects;
  for (const auto& [key, values] : keys) {
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
