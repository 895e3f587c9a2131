#include "nanobrain/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"

namespace nanobrain {

int64_t resolve_threads(int64_t threads, std::string_view where) {
  constexpr int64_t kMost = 1024; // far above, thread stacks run out of memory
  require<UsageError>(
      threads >= 0 && threads <= kMost,
      where,
      "must be from 0 (all) to {}, but is {}",
      kMost,
      threads);
  return threads == 0 ? available_cpus() : threads;
}

void parallel_for(
    int64_t count, int64_t threads, const std::function<void(int64_t)>& body) {
  threads = std::min(resolve_threads(threads), count);

  std::atomic<int64_t> next{0};
  std::mutex mutex;
  std::exception_ptr first_error;
  const auto work = [&] {
    try {
      for (int64_t i; (i = next.fetch_add(1)) < count;) body(i);
    } catch (...) {
      next = count; // the other threads stop after what they are at
      const std::lock_guard lock(mutex);
      if (!first_error) first_error = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (int64_t t = 1; t < threads; ++t) others.emplace_back(work);
    work();
  }
  if (first_error) std::rethrow_exception(first_error);
}

} // namespace nanobrain
