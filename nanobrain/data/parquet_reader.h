// Documents out of parquet files.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "nanobrain/documents/format_reader.h"

namespace nanobrain {

/// The texts of a top-level column of strings; nulls are empty texts. Error
/// with what to install where the program was built without Arrow.
std::unique_ptr<FormatReader> open_parquet(
    const std::filesystem::path& path, const std::string& column);

} // namespace nanobrain
