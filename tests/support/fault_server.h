// A local HTTP server that breaks off, lies and refuses as a test needs it.
#pragma once

#include <fcntl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "tests/support/support.h"

namespace nanobrain::testing {

/// What a request was and how much of a body it got.
struct ServedRequest {
  std::string path;
  std::string range; // empty: none was asked for
  int64_t sent = 0;  // bytes of the body
};

/// tests/support/fault_server.py, which says what `spec` may hold, on a port of
/// its own until the end of the object.
class FaultServer {
 public:
  explicit FaultServer(const Json& spec) {
    write_text(dir_ / "spec.json", spec.dump());
    int input[2];
    int output[2];
    if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) {
      throw std::runtime_error("pipe failed");
    }
    const std::string script = source_dir() / "tests/support/fault_server.py";
    const std::string interpreter = python();
    const std::string spec_path = dir_ / "spec.json";
    const std::string log_path = dir_ / "log";
    child_ = fork();
    if (child_ == 0) {
      dup2(input[0], 0);
      dup2(output[1], 1);
      execl(
          interpreter.c_str(),
          interpreter.c_str(),
          script.c_str(),
          spec_path.c_str(),
          log_path.c_str(),
          nullptr);
      _exit(127);
    }
    close(input[0]);
    close(output[1]);
    input_ = input[1];
    std::string port;
    for (char c; read(output[0], &c, 1) == 1 && c != '\n';) port += c;
    close(output[0]);
    if (port.empty()) throw std::runtime_error("fault_server.py did not start");
    port_ = port;
  }
  ~FaultServer() {
    close(input_); // its input ends, and so does it
    waitpid(child_, nullptr, 0);
  }
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;

  std::string url(const std::string& scheme = "http") const {
    return scheme + "://127.0.0.1:" + port_;
  }

  /// The requests that have ended, in that order; waits until there are
  /// `at_least` so many, for a broken connection is noticed late.
  std::vector<ServedRequest> requests(size_t at_least = 0) const {
    for (int i = 0; i < 1000; ++i) {
      auto result = logged();
      if (result.size() >= at_least) return result;
      usleep(10'000);
    }
    throw std::runtime_error("the server had fewer requests than expected");
  }

 private:
  std::vector<ServedRequest> logged() const {
    std::vector<ServedRequest> result;
    std::istringstream lines(read_text(dir_ / "log"));
    for (std::string line; std::getline(lines, line);) {
      const auto json = Json::parse(line);
      result.push_back({json.at("path"), json.at("range"), json.at("sent")});
    }
    return result;
  }

  TempDir dir_;
  pid_t child_ = -1;
  int input_ = -1;
  std::string port_;
};

} // namespace nanobrain::testing
