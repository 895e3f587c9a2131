#include "nanobrain/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "nanobrain/base/host.h"

namespace nanobrain {

void parallel_for(
    int64_t count, int64_t threads, const std::function<void(int64_t)>& body) {
  if (threads <= 0) threads = available_cpus();
  threads = std::min(threads, count);

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
