// The points of a grid: which values of which keys go together.
#pragma once

#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/sweep/config.h"

namespace nanobrain {

/// Every combination of the grid's values, the last key fastest: objects of key
/// -> value. A value that is an object sets its own keys, so that some go
/// together ("shape: [{model.num_layers: 1, model.ffn_dim: 512}, ...]"); what
/// is under "tokenizer" stays one value. UsageError where a key is set twice or
/// two points are equal.
std::vector<Json> grid_points(const Json& grid);

/// `samples` of the points (all where 0), in their order, drawn without
/// repetition; the same seed draws the same.
std::vector<Json> draw_points(
    std::vector<Json> points, int64_t samples, int64_t seed);

/// "num_layers=2,ffn_dim=256": readable, of letters that every file system
/// takes, at most 100 of them; longer ones end in a hash.
std::string point_id(const Json& point);

} // namespace nanobrain
