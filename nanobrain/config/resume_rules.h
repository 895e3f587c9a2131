// Which keys of a run's config may change when it is resumed.
#pragma once

#include <string>

#include "nanobrain/config/run_config.h"

namespace nanobrain {

/// UsageError that names the first key that the weights depend on and that
/// differs. Not among them: when to log, evaluate, sample and save, what to
/// sample, where the data is stored (its content is compared by run.json),
/// threads and device (the same mathematics, in other last bits).
void require_resumable(const RunConfig& before, const RunConfig& now);

} // namespace nanobrain
