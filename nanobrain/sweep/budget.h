// A budget of minutes as steps.
#pragma once

#include <cstdint>
#include <vector>

#include "nanobrain/sweep/child_process.h"
#include "nanobrain/sweep/folder.h"

namespace nanobrain {

/// What a cell trains in so many minutes at its speed.
int64_t steps_in(double minutes, const Cell& cell, const RunTools& tools);

/// A budget of minutes as steps, at the speed of each cell.
void set_steps_by_minutes(
    const SweepFolder& folder,
    double minutes,
    const RunTools& tools,
    std::vector<Cell>& cells);

} // namespace nanobrain
