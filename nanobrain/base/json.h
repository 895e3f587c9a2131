// JSON documents: one type for files, YAML, --json output and configuration.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace nanobrain {

/// Keeps the order of keys as written, so that resolved configs read well.
using Json = nlohmann::ordered_json;

/// JSON has no word for what is not finite: null.
Json number_or_null(double value);

/// Parses JSON text; an Error names `where` and the position of the fault.
Json parse_json(std::string_view text, std::string_view where);

/// Reads and parses a JSON file.
Json read_json(const std::filesystem::path& path);

/// Writes JSON (indented by 2, a newline at the end) atomically.
void write_json(const std::filesystem::path& path, const Json& value);

} // namespace nanobrain
