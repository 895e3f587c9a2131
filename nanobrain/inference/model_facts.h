// What a folder holds and what this machine runs it with.
#pragma once

#include <filesystem>

#include "nanobrain/base/json.h"
#include "nanobrain/base/table.h"

namespace nanobrain {

/// Opens an int8 model; errors as of open_model(). Keys: parameters (scales are
/// none), bytes, bytes_by_part, the dimensions, trained_context, activation and
/// end_of_text of the model; tokenizer; and, of the machine and the build, isa,
/// isas_available, threads, cpu, commit.
Json read_model_facts(const std::filesystem::path& path);

/// The bytes by part as rows, the rest above and below them.
Table facts_table(const Json& facts);

} // namespace nanobrain
