// Threads of a session's own: a forward takes some 50 microseconds, less than
// it takes to wake a sleeping thread, so idle workers spin a while first.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace nanobrain {

class ThreadPool {
 public:
  /// `threads` in all, the caller of run() among them; 0: one a processor.
  /// UsageError if it is out of range, Error if the system has no more.
  explicit ThreadPool(int64_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int64_t threads() const { return threads_; }
  /// body(part, parts) on every thread, part in [0, parts), the caller's is 0;
  /// returns when all are done. Calls from several threads take turns. `body`
  /// may not throw nor call run() of the same pool. Allocates nothing.
  template <class Body>
  void run(const Body& body) {
    dispatch(
        [](const void* context, int64_t part, int64_t parts) {
          (*static_cast<const Body*>(context))(part, parts);
        },
        &body);
  }

 private:
  using Call = void (*)(const void* context, int64_t part, int64_t parts);

  ThreadPool() = default;
  void dispatch(Call call, const void* context);
  void start_round();
  void work(int64_t part);

  int64_t threads_ = 1;
  bool may_spin_ = true; // each thread has a processor to itself
  std::mutex turn_;      // of the threads that call run()
  // Written before `round_`, read after it.
  Call call_ = nullptr;
  const void* context_ = nullptr;
  bool stop_ = false;
  alignas(64) std::atomic<uint32_t> round_{0};   // counts the calls
  alignas(64) std::atomic<uint32_t> running_{0}; // workers not yet done
  std::vector<std::thread> workers_;
};

} // namespace nanobrain
