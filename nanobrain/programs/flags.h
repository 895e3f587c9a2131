// Flags that several subcommands share.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "nanobrain/documents/document_reader.h"
#include "nanobrain/inference/generate.h"
#include "nanobrain/inference/windows.h"

namespace nanobrain {

// Each fills what it is given, which must outlive the parse.

/// How text and jsonl files become documents.
void add_plain_document_options(CLI::App& command, DocumentOptions& options);
/// The same, and parquet files.
void add_document_options(CLI::App& command, DocumentOptions& options);
/// How text is drawn.
void add_generate_options(CLI::App& command, GenerateOptions& options);
/// --threads
void add_threads(CLI::App& command, int64_t& threads);
/// --set KEY=VALUE, over the keys of a YAML.
CLI::Option* add_overrides(
    CLI::App& command, std::vector<std::string>& overrides);
/// --protocol documents or hf
CLI::Option* add_protocol(
    CLI::App& command, Protocol& protocol, const char* help);
/// --precision f32 or bf16
void add_precision(CLI::App& command, bool& bf16);

} // namespace nanobrain
