// What a sweep does once, after its runs.
#pragma once

#include "nanobrain/sweep/child_process.h"
#include "nanobrain/sweep/claim.h"
#include "nanobrain/sweep/folder.h"

namespace nanobrain {

/// Where no run is left to do: counts the n-grams of each training budget that
/// has none yet (SweepBaselines), and evaluates on the test.tokens beside
/// val.tokens, or on the files of `measure`, what the validation text has
/// chosen, unless that was done before (TestFigure). Each is a process of the
/// program alone, which inherits `claim`: one at a time for all workers. A part
/// that fails says why in its file and ends nothing. Error if the folder cannot
/// be written, Interrupted once a signal has come.
void close_sweep(
    const SweepFolder& folder, const RunTools& tools, const Claim& claim);

} // namespace nanobrain
