#include "nanobrain/base/interrupt.h"

#include <signal.h>

#include <atomic>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

std::atomic<bool> flag{false};
static_assert(std::atomic<bool>::is_always_lock_free); // for signal handlers

void handle(int signal_number) {
  if (flag.exchange(true)) {
    signal(signal_number, SIG_DFL);
    raise(signal_number);
  }
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
  return flag;
}

void check_interrupted() {
  require<Interrupted>(
      !interrupted(),
      "interrupted",
      "stopped by a signal before the end; run it again");
}

} // namespace nanobrain
