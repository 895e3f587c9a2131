#include "nanobrain/sweep/effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "nanobrain/base/table.h"
#include "nanobrain/sweep/differences.h"

namespace nanobrain {

namespace {

using SeedBits = std::map<int64_t, double>; // bits per byte, of the seeds done

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

SeedBits bits_of(const CellSummary& cell) {
  SeedBits bits;
  for (const RunSummary& run : cell.runs) {
    if (run.result) bits[run.seed] = run.result->val_bits_per_byte;
  }
  return bits;
}

/// Cells that differ in the key alone: at `from`, at `to`.
std::vector<std::pair<SeedBits, SeedBits>> pairs_of(
    const SweepSummary& sweep,
    const std::string& key,
    const Json& from,
    const Json& to) {
  std::vector<std::pair<SeedBits, SeedBits>> pairs;
  for (const CellSummary& a : sweep.cells) {
    Json other = a.facts.at("overrides");
    if (!a.f32 || other.value(key, Json()) != from) continue;
    other[key] = to;
    for (const CellSummary& b : sweep.cells) {
      if (b.f32 && b.facts.at("overrides") == other) {
        pairs.emplace_back(bits_of(a), bits_of(b));
      }
    }
  }
  return pairs;
}

/// None where the pairs have no seed in common.
std::optional<PairedDifference> mean_difference(
    const std::vector<std::pair<SeedBits, SeedBits>>& pairs) {
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
            {key, values[i], values[k], pairs.size(), *difference});
      }
    }
  }
  return effects;
}

std::string effects_csv(const SweepSummary& sweep) {
  std::string text = csv_line(
      {"key",
       "from",
       "to",
       "pairs",
       "bits_per_byte_difference",
       "sd",
       "low",
       "high",
       "seeds",
       "p"});
  for (const KeyEffect& e : key_effects(sweep)) {
    const Estimate& d = e.bits_per_byte.difference;
    text += csv_line(
        {e.key,
         e.from,
         e.to,
         e.pairs,
         d.mean,
         number_or_null(d.sd),
         number_or_null(d.low),
         number_or_null(d.high),
         d.values.size(),
         number_or_null(e.bits_per_byte.p)});
  }
  return text;
}

std::string effects_markdown(const SweepSummary& sweep) {
  const auto effects = key_effects(sweep);
  if (effects.empty()) return "";
  std::string text =
      "| key | from | to | bits per byte | 95 % interval | p | seeds | pairs "
      "|\n"
      "|---|---|---|---|---|---|---|---|\n";
  for (const KeyEffect& e : effects) {
    text += fmt::format(
        "| {} | {} | {} {} {} |\n",
        escape_markdown(e.key),
        escape_markdown(e.from.dump()),
        escape_markdown(e.to.dump()),
        markdown_fields(e.bits_per_byte),
        e.pairs);
  }
  return text;
}

} // namespace nanobrain
