#include "nanobrain/runtime/thread_pool.h"

#include <chrono>
#include <system_error>

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"
#include "nanobrain/base/parallel.h"

namespace nanobrain {

namespace {

/// Tells the processor that this thread waits for another.
void pause_thread() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Waits until `word` is no longer `value` and returns what it is then.
uint32_t wait_while(
    const std::atomic<uint32_t>& word, uint32_t value, bool may_spin) {
  using std::chrono::microseconds;
  // What a token takes between two calls of the pool, about.
  constexpr auto kPause = microseconds(5);
  // The other thread may stand in line for this one's processor: let it go
  // first. In the end, sleep.
  constexpr auto kYield = microseconds(100);
  constexpr int kPausesAClock = 16; // to read it costs as much as a pause
  uint32_t now = word.load(std::memory_order_acquire);
  if (may_spin && now == value) {
    const auto begin = std::chrono::steady_clock::now();
    auto waited = std::chrono::steady_clock::duration::zero();
    do {
      if (waited >= kPause) std::this_thread::yield();
      for (int i = 0; i < kPausesAClock && now == value; ++i) {
        pause_thread();
        now = word.load(std::memory_order_acquire);
      }
      waited = std::chrono::steady_clock::now() - begin;
    } while (now == value && waited < kYield);
  }
  while (now == value) {
    word.wait(value, std::memory_order_acquire);
    now = word.load(std::memory_order_acquire);
  }
  return now;
}

} // namespace

// What this leaves unfinished where a thread does not start, the destructor
// ends: the object is complete once the constructor without arguments is.
ThreadPool::ThreadPool(int64_t threads) : ThreadPool() {
  threads_ = resolve_threads(threads);
  may_spin_ = threads_ <= available_cpus();
  try {
    for (int64_t part = 1; part < threads_; ++part) {
      workers_.emplace_back([this, part] { work(part); });
    }
  } catch (const std::system_error& error) {
    fail(
        "threads",
        "cannot start {} threads: {}; ask for fewer",
        threads_,
        error.what());
  }
}

ThreadPool::~ThreadPool() {
  stop_ = true;
  start_round();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::start_round() {
  round_.fetch_add(1);
  round_.notify_all();
}

void ThreadPool::work(int64_t part) {
  for (uint32_t seen = 0;;) {
    seen = wait_while(round_, seen, may_spin_);
    if (stop_) return;
    call_(context_, part, threads_);
    if (running_.fetch_sub(1) == 1) running_.notify_one();
  }
}

void ThreadPool::dispatch(Call call, const void* context) {
  if (threads_ == 1) return call(context, 0, 1);
  const std::lock_guard lock(turn_);
  call_ = call;
  context_ = context;
  running_.store(static_cast<uint32_t>(threads_ - 1));
  start_round();
  call(context, 0, threads_);
  for (uint32_t left = running_.load(); left != 0;) {
    left = wait_while(running_, left, may_spin_);
  }
}

} // namespace nanobrain
