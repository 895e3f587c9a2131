// JSON documents: one type for files, YAML, --json output and configuration.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "nanobrain/base/filesystem.h"

// Compiled once, in json.cpp.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace nanobrain {

/// Keeps the order of keys as written, so that resolved configs read well.
using Json = nlohmann::ordered_json;

/// JSON has no word for what is not finite: null.
Json number_or_null(double value);

/// Parses JSON text; an Error names `where` and the position of the fault.
Json parse_json(std::string_view text, std::string_view where);

/// Calls member(key, value) for each member of a JSON object of plain values,
/// in order, repeated keys too. (A Json looks for each key among all before it:
/// 50,000 members take seconds.) Error if the text is anything else.
void parse_json_members(
    std::string_view text,
    std::string_view where,
    const std::function<void(const std::string& key, const Json& value)>&
        member);

/// Reads and parses a JSON file.
Json read_json(const fs::path& path);

/// Writes JSON (indented by 2, a newline at the end) atomically.
void write_json(const fs::path& path, const Json& value);

} // namespace nanobrain
