// The forward passes of a sweep's models under the clock: the last that is
// measured, when nothing of the sweep trains beside it.
#pragma once

#include "nanobrain/sweep/child_process.h"
#include "nanobrain/sweep/claim.h"
#include "nanobrain/sweep/config.h"
#include "nanobrain/sweep/folder.h"

namespace nanobrain {

/// Does nothing while a run is left. Times the runs that have no times, by one
/// `bench forward` a seed whose repetitions take turns over the models, f32 and
/// int8, of all cells (past 1 GiB of models by several, one after another), and
/// writes the figures, timed_on (the host) and timed_threads into each
/// result.json. Where one has times now, so are those that another host or
/// number of threads has timed: all rows are of one machine. After a bench that
/// fails its runs are timed one by one; what fails alone is said on stderr and
/// stays without times until the sweep is started again. The processes inherit
/// `claim`, so that nothing is timed beside them. Error if a file of the folder
/// is damaged, Interrupted once a signal has come.
void time_models(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const RunTools& tools,
    const Claim& claim);

} // namespace nanobrain
