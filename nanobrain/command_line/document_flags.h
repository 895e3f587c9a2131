// The flags that say how text and jsonl files become documents: one set for
// every subcommand that reads them.
#pragma once

#include <CLI/CLI.hpp>

#include "nanobrain/documents/document_reader.h"

namespace nanobrain {

/// Adds a group of flags that fill `options`, which must outlive the parse.
void add_plain_document_options(CLI::App& command, DocumentOptions& options);

} // namespace nanobrain
