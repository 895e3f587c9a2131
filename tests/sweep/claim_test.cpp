#include "nanobrain/sweep/claim.h"

#include <fcntl.h>
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

/// Takes the claims of `count` runs, one after the other, where they are free;
/// some workers are killed half way.
void work(const TempDir& dir, int worker, int count) {
  for (int i = 0; i < count; ++i) {
    const int run = (i + worker * 7) % count;
    const auto claim = Claim::take(dir / ("lock-" + std::to_string(run)));
    if (!claim) continue;
    // Work, of which nobody else may do the same at the same time.
    const std::string mark = dir / ("at-" + std::to_string(run));
    const int fd = open(mark.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0666);
    if (fd < 0) _exit(3);
    close(fd);
    usleep(500);
    unlink(mark.c_str());
    if (worker % 3 == 2 && i > count / 2) kill(getpid(), SIGKILL);
  }
  _exit(0);
}

TEST(Claim, ManyProcessesSomeKilledNeverShareOne) {
  const TempDir dir;
  constexpr int kWorkers = 12;
  constexpr int kRuns = 40;
  std::vector<pid_t> workers;
  for (int w = 0; w < kWorkers; ++w) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) work(dir, w, kRuns);
    workers.push_back(child);
  }
  int killed = 0;
  for (const pid_t child : workers) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
      ++killed;
    } else {
      EXPECT_EQ(WEXITSTATUS(status), 0) << "two were at one run";
    }
  }
  EXPECT_GT(killed, 0);
  // What the dead held is free again.
  for (int run = 0; run < kRuns; ++run) {
    EXPECT_TRUE(Claim::take(dir / ("lock-" + std::to_string(run)))) << run;
  }
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
