// A second look at the best cells of a sweep, on seeds that did not choose
// them: the best of many is partly so by luck.
#pragma once

#include <cstdint>

#include "nanobrain/sweep/folder.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

/// DIR/confirm, a sweep's folder of its own.
SweepFolder confirmation_folder(const SweepFolder& folder);

/// The sweep whose confirmation_folder() this is.
SweepFolder confirmed_folder(const SweepFolder& confirmation);

/// A sweep that plan_confirmation() has made.
bool is_confirmation(const SweepConfig& sweep);

/// The sweep of a finished one's reference and best cells, with so many seeds
/// after the last of those that it had. The reference comes first: the cell
/// that is the base itself, else the first one. The best are the one of the
/// least objective and up to two more within noise of it; where that leaves the
/// reference alone, the next best. Error if the sweep is not finished or has
/// fewer than two cells to compare.
SweepConfig plan_confirmation(const SweepFolder& folder, int64_t seeds);

/// Makes its folder, or opens the one that is there. Error if that has another
/// number of seeds.
SweepFolder open_confirmation(const SweepFolder& folder, int64_t seeds);

} // namespace nanobrain
