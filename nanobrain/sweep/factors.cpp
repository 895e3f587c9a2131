#include "nanobrain/sweep/factors.h"

#include <algorithm>

namespace nanobrain {

namespace {

/// The values of every key that has several, as they first appear.
Json keys_that_vary(const std::vector<Json>& overrides) {
  Json keys = Json::object();
  for (const Json& cell : overrides) {
    for (const auto& [key, value] : cell.items()) {
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

std::vector<std::pair<size_t, size_t>> pairs_of(
    const std::vector<Json>& overrides,
    const std::string& key,
    const Json& from,
    const Json& to) {
  std::vector<std::pair<size_t, size_t>> pairs;
  for (size_t a = 0; a < overrides.size(); ++a) {
    Json other = overrides[a];
    if (other.value(key, Json()) != from) continue;
    other[key] = to;
    for (size_t b = 0; b < overrides.size(); ++b) {
      if (overrides[b] == other) pairs.emplace_back(a, b);
    }
  }
  return pairs;
}

} // namespace

std::vector<KeyStep> key_steps(const std::vector<Json>& overrides) {
  std::vector<KeyStep> steps;
  const Json keys = keys_that_vary(overrides);
  if (keys.size() < 2) return steps;
  for (const auto& [key, values] : keys.items()) {
    for (size_t i = 0; i < values.size(); ++i) {
      for (size_t k = i + 1; k < values.size(); ++k) {
        auto pairs = pairs_of(overrides, key, values[i], values[k]);
        if (pairs.empty()) continue;
        steps.push_back({key, values[i], values[k], std::move(pairs)});
      }
    }
  }
  return steps;
}

} // namespace nanobrain
