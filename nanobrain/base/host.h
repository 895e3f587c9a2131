// Facts about the machine and the build, for records and --version.
#pragma once

#include <cstdint>
#include <string>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// The processor's model name as the kernel gives it.
std::string cpu_name();
/// Processors that this process may run on (affinity respected).
int64_t available_cpus();
/// Main memory in bytes.
int64_t memory_bytes();
/// Peak resident set of this process so far, in bytes.
int64_t peak_rss_bytes();
/// The commit this was built from, "-dirty" appended where the tree differed.
std::string build_commit();
/// {"cpu", "cpus", "memory_bytes", "os", "hostname", "commit", "compiler",
/// "build_type"}.
Json host_facts();

} // namespace nanobrain
