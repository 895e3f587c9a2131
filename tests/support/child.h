// Runs part of a test in a process of its own: what limits, signals or kills a
// whole process.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

#include "nanobrain/base/file.h"

namespace nanobrain::testing {

struct ChildResult {
  int signal = 0;   // that ended it; 0: it came to its end
  std::string text; // what the body returned, or the message it threw
};

/// Forks, runs `body` and hands back what it returned.
inline ChildResult run_in_child(const std::function<std::string()>& body) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("pipe failed");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    std::string text;
    try {
      text = body();
    } catch (const std::exception& error) {
      text = error.what();
    }
    const ssize_t written = write(ends[1], text.data(), text.size());
    _exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  close(ends[1]);
  ChildResult result;
  char block[4096];
  for (ssize_t got; (got = read(ends[0], block, sizeof(block))) > 0;) {
    result.text.append(block, static_cast<size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  return result;
}

/// No file of this process may grow past `bytes` from now on: a full disk.
inline void limit_file_size(int64_t bytes) {
  const rlimit limit{static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
  setrlimit(RLIMIT_FSIZE, &limit);
}

/// The message of the Error that `body` throws where no file may grow past
/// `bytes`.
inline std::string error_on_full_disk(
    int64_t bytes, const std::function<void()>& body) {
  return run_in_child([&] {
           ignore_file_signals();
           limit_file_size(bytes);
           body();
           return std::string("nothing was thrown");
         })
      .text;
}

} // namespace nanobrain::testing
