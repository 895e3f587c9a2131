#include "nanobrain/base/interrupt.h"

#include <signal.h>
#include <time.h>

#include <atomic>
#include <cstdint>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

/// One request to end may come as several signals: ^C goes to a whole group,
/// and the death of a parent is signalled once for each of its threads.
constexpr int64_t kOneWishNs = 500'000'000;

std::atomic<int64_t> first_ns{0}; // when the first signal came; 0: none has
static_assert(std::atomic<int64_t>::is_always_lock_free); // for handlers

int64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now); // allowed in a handler
  return int64_t{1'000'000'000} * now.tv_sec + now.tv_nsec;
}

void handle(int signal_number) {
  const int64_t now = monotonic_ns();
  int64_t first = 0;
  if (first_ns.compare_exchange_strong(first, now)) return;
  if (now - first < kOneWishNs) return;
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

} // namespace

void install_interrupt_handlers() {
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() {
  return first_ns != 0;
}

void check_interrupted() {
  require<Interrupted>(
      !interrupted(),
      "interrupted",
      "stopped by a signal before the end; run it again");
}

} // namespace nanobrain
