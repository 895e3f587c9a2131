// The flags that say how text is drawn: one set for both programs.
#pragma once

#include <CLI/CLI.hpp>

#include "nanobrain/inference/generate.h"

namespace nanobrain {

/// Adds flags that fill `options`, which must outlive the parse.
void add_generate_options(CLI::App& command, GenerateOptions& options);

} // namespace nanobrain
