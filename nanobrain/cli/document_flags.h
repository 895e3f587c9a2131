// The flags that say how input files become documents: one set for every
// subcommand that reads text.
#pragma once

#include <CLI/CLI.hpp>

#include "nanobrain/data/documents.h"

namespace nanobrain {

/// Adds a group of flags that fill `options`, which must outlive the parse.
void add_document_options(CLI::App& command, DocumentOptions& options);

} // namespace nanobrain
