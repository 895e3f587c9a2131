// Takes runs from a sweep's folder until none is left: any number of workers,
// in one process or on many machines, share a sweep so.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "nanobrain/sweep/cell.h"
#include "nanobrain/sweep/child_process.h"
#include "nanobrain/sweep/claim.h"
#include "nanobrain/sweep/folder.h"

namespace nanobrain {

// One run from its config to its figures: train, quantize, evaluate. Each
// stage is a process of the nanobrain program, so that a crash costs that run
// alone.

/// Runs what is missing of a claimed run, or resumes it, and writes its
/// status as it goes; first of all its tokenizer, where no other run has. A
/// stage that fails ends it as failed, as any exception does, a signal as
/// interrupted. Where another worker has begun the run meanwhile (a network
/// file system can lose a lock), what that one writes counts, and the status
/// returned is "lost". Error if status.json cannot be written.
RunStatus run_stages(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const Cell& cell,
    const RunSeed& seed,
    const RunTools& tools,
    const Claim& claim);

/// `nanobrain eval` as the figures of runs are made: in windows of `context`
/// tokens.
std::vector<std::string> eval_arguments(
    const fs::path& model,
    const fs::path& text,
    int64_t context,
    int64_t threads);

/// Its training ended in what is not finite. To resume it would be to diverge
/// again: it is not retried.
bool has_diverged(const SeedFolder& run);
/// It is done, or has failed as often as it may: no worker will begin it.
bool is_finished(
    const SeedFolder& run, const RunStatus& status, const SweepConfig& sweep);

/// Called as a run of a cell begins and as it ends (status.state says which).
/// What it throws as one begins stops the worker, and the run stays as it was.
using RunObserver =
    std::function<void(const Cell&, const RunSeed&, const RunStatus&)>;

/// Runs what no other worker has claimed, all cells of one seed before the
/// next, and where the search halves, rung after rung, waiting for the other
/// workers between. Interrupted once a signal has come.
void run_worker(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const std::vector<Cell>& cells,
    const RunTools& tools,
    const RunObserver& observe);

/// Failed runs, of every rung, may be started again, as if for the first time:
/// those that diverged from their first step, others from their last
/// checkpoint. They stay failed until a worker begins them: a halving search
/// may decide against their cell before it comes to them.
void forget_failures(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const std::vector<Cell>& cells);

} // namespace nanobrain
