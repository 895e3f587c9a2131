// One run of a sweep from its config to its figures: train, quantize, evaluate,
// time. Each stage is a process of the nanobrain program, so that a crash costs
// that run alone.
#pragma once

#include <filesystem>
#include <vector>

#include "nanobrain/sweep/cell.h"
#include "nanobrain/sweep/claim.h"
#include "nanobrain/sweep/folder.h"

namespace nanobrain {

/// What a worker has for a run.
struct RunTools {
  std::filesystem::path program; // nanobrain
  int64_t threads = 1;
  std::vector<int> cpus; // pinned to them; empty: not pinned
};

/// Runs what is missing of a claimed run, or goes on with it, and writes its
/// status as it goes; first of all its tokenizer, where no other run has. A
/// stage that fails ends it as failed, a signal as interrupted. Error where the
/// folder itself cannot be written.
RunStatus run_stages(
    const SweepFolder& folder,
    const SweepText& text,
    const Cell& cell,
    int64_t seed,
    const RunTools& tools,
    const Claim& claim);

} // namespace nanobrain
