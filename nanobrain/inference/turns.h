// Runs that are measured side by side: a drift of the processor's clock, or a
// neighbour that comes and goes, falls on all of them.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "nanobrain/inference/statistics.h"

namespace nanobrain {

/// Runs once and returns the seconds of each of its parts, one at least.
using TimedRun = std::function<std::vector<double>()>;
/// What a run returned, each time.
using Turn = std::vector<std::vector<double>>;
/// The turns of all runs, in their order.
using Round = std::vector<Turn>;

/// The repetitions that count: in each one every run has a turn, and another
/// run begins. A turn is one run where their number is given, else as many as
/// start within turn_seconds. Where there are several runs, one repeats for
/// turn_seconds off the clock before its turn: its weights return to the
/// caches, and the threads of the run before, which spin for some 15 ms in
/// OpenMP, fall asleep. Interrupted at SIGINT and SIGTERM.
std::vector<Round> take_turns(
    const ClockOptions& clock, std::span<const TimedRun> runs);

} // namespace nanobrain
