// What a sweep would run, how long that takes and what it can show.
#pragma once

#include <vector>

#include "nanobrain/sweep/cell.h"
#include "nanobrain/sweep/speed.h"
#include "nanobrain/sweep/sweep.h"

namespace nanobrain {

/// The plan of these cells, whose steps are known: see run_sweep().
SweepResult dry_run(
    const SweepRequest& request,
    const SweepConfig& sweep,
    const std::vector<Cell>& cells,
    const JobPlan& plan);

} // namespace nanobrain
