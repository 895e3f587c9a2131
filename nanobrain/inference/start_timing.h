// How long the program takes from its start to the first token.
#pragma once

#include <cstdint>
#include <filesystem>

#include "nanobrain/inference/clock.h"
#include "nanobrain/inference/statistics.h"

namespace nanobrain {

/// Seconds from the start of a process of this program, which opens the folder
/// and generates on `threads` threads (0: all), to the first byte of its text.
/// Error where the process says nothing: its own message is on stderr.
Statistics time_start(
    const std::filesystem::path& model,
    int64_t threads,
    const ClockOptions& clock);

} // namespace nanobrain
