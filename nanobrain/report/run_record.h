// What a report shows of one run.
#pragma once

#include <filesystem>

#include "nanobrain/base/json.h"
#include "nanobrain/run/run_folder.h"

namespace nanobrain {

/// config (flat), host, build, train and validation curves, samples of a run
/// folder; empty ones of what it does not have yet. Curves are thinned to 1,000
/// points at most, of six digits. Paths below the working directory are given
/// from there. Error if a file cannot be read.
Json run_record(const RunFolder& run);

/// Every `step`-th of a list so that at most `most` are left, the last one
/// among them.
Json thinned(const Json& list, size_t most);

} // namespace nanobrain
