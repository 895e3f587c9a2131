// The int8 engine under the clock.
#pragma once

#include <filesystem>
#include <memory>

#include "nanobrain/timing/timed_engine.h"

namespace nanobrain {

/// Opens an int8 model folder; 0 threads: all. Errors as of
/// RuntimeModel::load().
std::unique_ptr<TimedEngine> open_int8_engine(
    const std::filesystem::path& folder, int64_t threads);

} // namespace nanobrain
