#include "nanobrain/sweep/child_process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

ChildResult shell(const TempDir& dir, const std::string& script) {
  return run_child(
      {.command = {"/bin/sh", "-c", script}, .log = dir / "log.txt"});
}

TEST(ChildProcess, KeepsOutputLogAndExitCode) {
  const TempDir dir;
  const auto result =
      shell(dir, "echo out; echo one >&2; echo two >&2; exit 3");
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.last_line, "two");
  shell(dir, "printf 'bar 10%%\\rbar 20%%' >&2");
  EXPECT_EQ(read_text(dir / "log.txt"), "one\ntwo\nbar 10%\rbar 20%");
  EXPECT_EQ(shell(dir, "printf 'a\\rb\\n' >&2").last_line, "b");
  EXPECT_EQ(shell(dir, "head -c 300000 /dev/zero").out.size(), 300'000u);
}

TEST(ChildProcess, ASignalIsACodeAndAWord) {
  const TempDir dir;
  const auto result = shell(dir, "kill -SEGV $$");
  EXPECT_EQ(result.exit_code, 128 + SIGSEGV);
  EXPECT_EQ(result.last_line, "ended by signal Segmentation fault");
}

TEST(ChildProcess, WhatIsNoProgramSaysSo) {
  const TempDir dir;
  const auto result =
      run_child({.command = {dir / "absent"}, .log = dir / "log.txt"});
  EXPECT_EQ(result.exit_code, 127);
  EXPECT_THAT(result.last_line, ::testing::HasSubstr("absent: No such file"));
}

TEST(RunTools, JsonIsWhatTheProgramWrites) {
  const TempDir dir;
  // sh takes --json for the name of the script.
  const RunTools tools{"/bin/sh"};
  const auto json = [&](const std::string& script) {
    return tools.json({"-c", script}, dir / "log.txt", {});
  };
  EXPECT_EQ(json("echo '{\"rows\": 3}'")["rows"], 3);
  EXPECT_ERROR(
      Error,
      "log.txt] -c failed with exit code 3: why",
      json("echo why >&2; exit 3"));
  EXPECT_ERROR(Error, "log.txt", json("echo {"));
}

TEST(ChildProcess, RunsOnTheProcessorsGiven) {
  const TempDir dir;
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof(set), &set);
  int cpu = 0;
  while (!CPU_ISSET(cpu, &set)) ++cpu;
  const auto result = run_child(
      {.command = {"/bin/sh", "-c", "nproc"},
       .log = dir / "log.txt",
       .cpus = {cpu}});
  EXPECT_EQ(result.out, "1\n");
}

TEST(ChildProcess, OnlyItsParentAsksItToEnd) {
  // As where Slurm sends SIGTERM to every process of a job.
  const TempDir dir;
  const auto result = run_child(
      {.command = {"grep", "SigBlk", "/proc/self/status"},
       .log = dir / "log.txt"});
  const auto blocked = std::stoull(result.out.substr(7), nullptr, 16);
  EXPECT_EQ(blocked, 1ULL << (SIGTERM - 1));
}

TEST(ChildProcess, AWishToEndIsPassedOnOnce) {
  const TempDir dir;
  const pid_t parent = fork();
  if (parent == 0) {
    install_interrupt_handlers();
    const std::string at = dir / "";
    const auto result = shell(
        dir,
        "cd " + at +
            "; trap 'echo int >> signals; exit 130' INT; "
            "touch ready; while :; do sleep 0.05; done");
    _exit(result.exit_code);
  }
  while (!std::filesystem::exists(dir / "ready")) {
    usleep(10'000);
  }
  kill(parent, SIGTERM);
  int status = 0;
  waitpid(parent, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_EQ(read_text(dir / "signals"), "int\n");
}

} // namespace
} // namespace nanobrain::testing
