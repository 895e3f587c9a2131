// Documents out of text, jsonl and parquet files, compressed or not: what
// `prepare`, `tokenizer train` and `eval` read.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "nanobrain/documents/document_reader.h"

namespace nanobrain {

/// Opens files and folders (searched recursively for the known extensions:
/// .txt .text .md .raw .jsonl .ndjson .parquet, each also with .gz .xz .zst).
std::unique_ptr<DocumentReader> open_documents(
    const std::vector<fs::path>& inputs, const DocumentOptions& options = {});

/// A file's bytes; its extension says how it is compressed.
std::unique_ptr<ByteSource> open_bytes(const fs::path& path);

/// The texts of a top-level column of strings; nulls are empty texts. Error
/// with what to install where the program was built without Arrow.
std::unique_ptr<FormatReader> open_parquet(
    const fs::path& path, const std::string& column);

} // namespace nanobrain
