#include "nanobrain/runtime/thread_pool.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

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

struct ThreadPool::State {
  int64_t threads = 1;
  bool may_spin = true; // each thread has a processor to itself
  std::mutex turn;      // of the threads that call run()

  // Written before `round`, read after it.
  Call call = nullptr;
  const void* context = nullptr;
  bool stop = false;
  alignas(64) std::atomic<uint32_t> round{0};   // counts the calls
  alignas(64) std::atomic<uint32_t> running{0}; // workers not yet done
  std::vector<std::thread> workers;

  ~State() {
    stop = true;
    start_round();
    for (std::thread& worker : workers) worker.join();
  }

  void start_round() {
    round.fetch_add(1);
    round.notify_all();
  }

  void work(int64_t part) {
    uint32_t seen = 0;
    for (;;) {
      seen = wait_while(round, seen, may_spin);
      if (stop) return;
      call(context, part, threads);
      if (running.fetch_sub(1) == 1) running.notify_one();
    }
  }
};

ThreadPool::ThreadPool(int64_t threads) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.threads = resolve_threads(threads);
  state.may_spin = state.threads <= available_cpus();
  try {
    for (int64_t part = 1; part < state.threads; ++part) {
      state.workers.emplace_back([&state, part] { state.work(part); });
    }
  } catch (const std::system_error& error) {
    fail(
        "threads",
        "cannot start {} threads: {}; ask for fewer",
        state.threads,
        error.what());
  }
}

ThreadPool::~ThreadPool() = default;

int64_t ThreadPool::threads() const {
  return state_->threads;
}

void ThreadPool::dispatch(Call call, const void* context) {
  State& state = *state_;
  if (state.threads == 1) {
    call(context, 0, 1);
    return;
  }
  const std::lock_guard lock(state.turn);
  state.call = call;
  state.context = context;
  state.running.store(static_cast<uint32_t>(state.threads - 1));
  state.start_round();
  call(context, 0, state.threads);
  for (uint32_t left = state.running.load(); left != 0;) {
    left = wait_while(state.running, left, state.may_spin);
  }
}

} // namespace nanobrain
