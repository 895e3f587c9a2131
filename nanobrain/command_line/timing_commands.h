// bench forward and bench generate: one set of flags for both programs.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "nanobrain/timing/engine.h"

namespace nanobrain {

/// Opens the models that a command line names.
using OpenModels = std::function<TimedModels()>;

/// Adds both commands to `bench`. `add_models` adds to each the flags that name
/// models and returns what opens them once the command line has been read.
void add_timing_commands(
    CLI::App& bench,
    const std::function<OpenModels(CLI::App& command)>& add_models);

} // namespace nanobrain
