// Documents out of text, jsonl and parquet files, compressed or not: what
// `prepare`, `tokenizer train` and `eval` read.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "nanobrain/documents/document_reader.h"

namespace nanobrain {

/// Opens files and folders (searched recursively for the known extensions:
/// .txt .text .md .raw .jsonl .ndjson .parquet, each also with .gz .xz .zst).
std::unique_ptr<DocumentReader> open_documents(
    const std::vector<std::filesystem::path>& inputs,
    const DocumentOptions& options = {});

} // namespace nanobrain
