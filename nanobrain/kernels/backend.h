// What LibTorch runs on, without its headers.
#pragma once

#include <cstdint>
#include <string>

namespace nanobrain {

/// "LibTorch 2.13.0, amx, 2 threads".
std::string backend_summary();
/// LibTorch's version.
std::string torch_version();
/// Sets the threads of every LibTorch operator; 0: all that the process may
/// use. Returns the number in force.
int64_t set_threads(int64_t threads);

} // namespace nanobrain
