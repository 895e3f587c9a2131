// Continues many prompts, side by side.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "nanobrain/deploy/int8_folder.h"
#include "nanobrain/inference/generate.h"

namespace nanobrain {

/// Each of `threads` threads (0: all) continues prompts of its own; `on_result`
/// gets them in order, one call at a time, each as soon as those before it are
/// done. Every prompt gives the text that it gives alone. Stops at SIGINT and
/// SIGTERM (Interrupted).
void generate_batch(
    const Int8Folder& folder,
    std::span<const std::string> prompts,
    const GenerateOptions& options,
    int64_t threads,
    const std::function<void(size_t index, const Generated&)>& on_result);

} // namespace nanobrain
