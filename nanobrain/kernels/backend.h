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
/// Before the first exp or log of a process on several threads. MKL picks the
/// code of a vector function at its first call; of first calls side by side
/// some run one of 11 correct bits (pytorch/pytorch#188792).
void load_vector_math();

} // namespace nanobrain
