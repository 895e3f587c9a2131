// How fast this machine trains a cell, measured in a few steps.
#pragma once

#include <vector>

#include "nanobrain/sweep/cell.h"
#include "nanobrain/sweep/child_process.h"

namespace nanobrain {

/// How many runs at once, and the processors of each.
struct JobPlan {
  int64_t threads = 1;                // of each
  std::vector<std::vector<int>> cpus; // of each job
  int64_t jobs() const { return static_cast<int64_t>(cpus.size()); }
};

/// Shares the processors that this process may use among so many jobs, each of
/// `threads` (0: as many as there are). One job alone is not pinned: beside it
/// may run others' (of a cluster). UsageError if they are too few.
JobPlan share_processors(int64_t jobs, int64_t threads = 0);

/// Tokens a second of a cell's training in each job of the plan, all at once:
/// the median over the steps of so many seconds, from `nanobrain bench train`.
/// Error if that fails.
std::vector<double> measure_speeds(
    const Cell& cell,
    const JobPlan& plan,
    const std::filesystem::path& program,
    double seconds = 1);

/// The fastest of 1, 2, 4, ... jobs, each measured at the same cell and
/// printed on stderr.
JobPlan fastest_plan(const Cell& cell, const std::filesystem::path& program);

/// So many jobs of so many threads (0: as share_processors() has it), or for 0
/// jobs the fastest. UsageError where threads alone are named.
JobPlan plan_jobs(
    int64_t jobs,
    int64_t threads,
    const Cell& cell,
    const std::filesystem::path& program);

} // namespace nanobrain
