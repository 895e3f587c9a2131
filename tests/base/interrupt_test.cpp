#include "nanobrain/base/interrupt.h"

#include <unistd.h>

#include <csignal>

#include "nanobrain/base/error.h"
#include "tests/support/child.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::run_in_child;

TEST(Interrupt, TheFirstSignalIsAFlag) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const auto child = run_in_child([&] {
      install_interrupt_handlers();
      check_interrupted(); // throws nothing yet
      if (interrupted()) return std::string("interrupted too early");
      raise(signal);
      if (!interrupted()) return std::string("not interrupted");
      return testing::error_of<Interrupted>(check_interrupted);
    });
    EXPECT_EQ(child.signal, 0);
    EXPECT_THAT(child.text, ::testing::HasSubstr("stopped by a signal"));
  }
}

TEST(Interrupt, OneWishMayComeAsSeveralSignalsALaterOneEndsTheProcess) {
  for (const bool later : {false, true}) {
    const auto child = run_in_child([&] {
      install_interrupt_handlers();
      raise(SIGINT);
      raise(SIGTERM);
      if (later) usleep(600'000);
      raise(SIGINT);
      return std::string("still here");
    });
    EXPECT_EQ(child.signal, later ? SIGINT : 0);
    EXPECT_EQ(child.text, later ? "" : "still here");
  }
}

} // namespace
} // namespace nanobrain
