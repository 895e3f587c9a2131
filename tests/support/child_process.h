// A program that runs beside the test, to be signalled.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace nanobrain::testing {

class ChildProcess {
 public:
  /// stdout is dropped, stderr goes to the file `error_log`.
  ChildProcess(
      const std::vector<std::string>& arguments, const std::string& error_log);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  /// Kills it if it still runs.
  ~ChildProcess();

  void signal(int number) const;
  bool running();
  /// Its exit code, 128 + signal where a signal ended it.
  int wait();

 private:
  pid_t pid_ = -1;
  bool ended_ = false;
  int status_ = 0;
};

} // namespace nanobrain::testing
