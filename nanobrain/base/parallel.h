// Work on all cores for the layers without LibTorch.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace nanobrain {

/// Threads that a request for `threads` stands for (0: all that the process may
/// use). UsageError that names `where` below 0 and above 1,024.
int64_t resolve_threads(int64_t threads, std::string_view where = "--threads");

/// Calls body(i) for i in [0, count) on up to `threads` threads (0: all that
/// the process may use), each index once. The first exception is rethrown
/// after all threads have stopped.
void parallel_for(
    int64_t count, int64_t threads, const std::function<void(int64_t)>& body);

} // namespace nanobrain
