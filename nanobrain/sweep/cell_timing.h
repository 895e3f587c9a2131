// The forward passes of a sweep's models under the clock: the last that is
// measured, when nothing of the sweep trains beside it.
#pragma once

#include "nanobrain/sweep/child_process.h"
#include "nanobrain/sweep/config.h"
#include "nanobrain/sweep/folder.h"

namespace nanobrain {

/// Does nothing while a run is left or where all runs have times; waits for
/// another worker that is at it. Else times, by one `bench forward` a seed
/// whose repetitions take turns over the models, f32 and int8, of all cells,
/// and writes the figures, timed_on (the host) and timed_threads into each
/// result.json. What is timed already stays if it was timed by this host on as
/// many threads; so all rows are of one machine. A bench that fails is said on
/// stderr, and its runs stay without times until the sweep is started again;
/// Interrupted once a signal has come.
void time_models(
    const SweepFolder& folder, const SweepConfig& sweep, const RunTools& tools);

} // namespace nanobrain
