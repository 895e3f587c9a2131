// YAML files as JSON values (YAML 1.2 core schema for plain scalars).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// Parses YAML text. Duplicate keys, aliases to nowhere and syntax faults are
/// a UsageError that names `where` and the line.
Json parse_yaml(std::string_view text, std::string_view where);

/// Reads and parses a YAML file; an empty file is an empty object.
Json read_yaml(const std::filesystem::path& path);

/// Block-style YAML of a JSON value; parse_yaml gives the value back.
std::string to_yaml(const Json& value);

/// {"train": {"steps": 3}} as {"train.steps": 3}.
Json flat_keys(const Json& keys);

/// Applies "train.steps=200" to a config: the value is parsed as YAML, the
/// objects on the way are made. UsageError if there is no "=" or no value.
void apply_override(Json& config, std::string_view assignment);

} // namespace nanobrain
