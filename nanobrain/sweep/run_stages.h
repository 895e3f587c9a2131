// One run of a sweep from its config to its figures: train, quantize, evaluate,
// time. Each stage is a process of the nanobrain program, so that a crash costs
// that run alone.
#pragma once

#include "nanobrain/sweep/cell.h"
#include "nanobrain/sweep/child_process.h"
#include "nanobrain/sweep/claim.h"
#include "nanobrain/sweep/folder.h"

namespace nanobrain {

/// Runs what is missing of a claimed run, or resumes it, and writes its
/// status as it goes; first of all its tokenizer, where no other run has. A
/// stage that fails ends it as failed, a signal as interrupted. Error where the
/// folder itself cannot be written.
RunStatus run_stages(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const Cell& cell,
    int64_t seed,
    const RunTools& tools,
    const Claim& claim);

} // namespace nanobrain
