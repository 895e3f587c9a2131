// What a folder holds and what this machine runs it with.
#pragma once

#include <filesystem>
#include <string>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// Opens an int8 model; errors as of open_model(). Keys: parameters (scales are
/// none), bytes, bytes_by_part, the dimensions, activation and end_of_text of
/// the model; tokenizer; and, of the machine and the build, isa,
/// isas_available, threads, cpu, commit.
Json read_model_facts(const std::filesystem::path& path);

/// The same for people.
std::string describe_facts(const Json& facts);

} // namespace nanobrain
