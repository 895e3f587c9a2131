// The keys of a grid as factors: which cells differ in one of them alone.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// Two values of a key, and the pairs of cells that differ in it alone.
struct KeyStep {
  std::string key;
  Json from;
  Json to;
  std::vector<std::pair<size_t, size_t>> cells; // at `from`, at `to`; one or
                                                // more
};

/// Of every two values of every key, in the order of the cells' overrides (key
/// -> value). Empty where fewer than two keys vary: then cells are all that
/// there is to compare.
std::vector<KeyStep> key_steps(const std::vector<Json>& overrides);

} // namespace nanobrain
