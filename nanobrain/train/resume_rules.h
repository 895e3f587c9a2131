// Which keys of a run's config may change when it is resumed.
#pragma once

#include <string>

#include "nanobrain/train/config.h"

namespace nanobrain {

/// SHA-256 of every key that the weights depend on. Not in it: when to log,
/// evaluate, sample and save, what to sample, where the data lies (its content
/// is compared by run.json), threads and device (the same mathematics, in
/// other last bits).
std::string maths_hash(const RunConfig& config);

/// UsageError that names the first key of those that differs.
void require_resumable(const RunConfig& before, const RunConfig& now);

} // namespace nanobrain
