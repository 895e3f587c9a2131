#include "nanobrain/sweep/claim.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

TEST(Claim, IsOneWorkersUntilItEnds) {
  const TempDir dir;
  {
    const auto first = Claim::take(dir / "lock");
    ASSERT_TRUE(first);
    EXPECT_FALSE(Claim::take(dir / "lock"));
    EXPECT_TRUE(Claim::take(dir / "other"));
    EXPECT_TRUE(Claim::is_taken(dir / "lock"));
    EXPECT_FALSE(Claim::is_taken(dir / "other"));
    EXPECT_FALSE(Claim::is_taken(dir / "none"));
  }
  EXPECT_FALSE(Claim::is_taken(dir / "lock"));
  EXPECT_TRUE(Claim::take(dir / "lock"));
  EXPECT_ERROR(Error, "cannot be opened", Claim::take(dir / "no/lock"));
}

TEST(Claim, OutlivesItsWorkerInAChildThatInheritsIt) {
  const TempDir dir;
  int ready[2];
  int finish[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(finish), 0);
  const pid_t worker = fork();
  if (worker == 0) {
    const auto claim = Claim::take(dir / "lock");
    if (fork() == 0) {
      char c = 'r';
      [[maybe_unused]] auto n = write(ready[1], &c, 1);
      close(finish[1]);
      n = read(finish[0], &c, 1); // until the test closes its end
      _exit(0);
    }
    pause();
  }
  char c;
  ASSERT_EQ(read(ready[0], &c, 1), 1);
  kill(worker, SIGKILL);
  waitpid(worker, nullptr, 0);
  EXPECT_FALSE(Claim::take(dir / "lock"));
  close(finish[1]);
  // The child is not this process's: its end shows in the lock alone.
  bool freed = false;
  for (int i = 0; i < 500 && !freed; ++i) {
    freed = Claim::take(dir / "lock").has_value();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(freed);
  for (const int fd : {ready[0], ready[1], finish[0]}) close(fd);
}

} // namespace
} // namespace nanobrain::testing
