// What a cell is called for people.
#pragma once

#include <string>
#include <vector>

#include "nanobrain/sweep/summary.h"

namespace nanobrain {

/// "2 layers, FFN 256" of what a cell overrides (config key -> value); empty
/// where it overrides nothing.
std::string cell_label(const Json& overrides);

/// Of every cell; its id where a label would be empty or another's, too.
std::vector<std::string> cell_labels(const std::vector<CellSummary>& cells);

} // namespace nanobrain
