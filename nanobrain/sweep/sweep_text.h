// What run_sweep() returns, for people.
#pragma once

#include <string>

#include "nanobrain/base/json.h"
#include "nanobrain/base/table.h"
#include "nanobrain/sweep/sweep.h"

namespace nanobrain {

/// Lines of text: the plan of a dry run, the job that a launcher submitted, or
/// what came of the runs.
std::string describe_sweep(const SweepRequest& request, const Json& result);

/// The cells: of a dry run as planned, else with the figures that the folder
/// holds by now.
Table sweep_table(const SweepRequest& request, const Json& result);

} // namespace nanobrain
