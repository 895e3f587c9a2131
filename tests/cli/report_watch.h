// nanobrain report --watch, running beside the test.
#pragma once

#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/report/http_get.h"
#include "tests/support/child_process.h"
#include "tests/support/support.h"

namespace nanobrain::testing {

class ReportWatch {
 public:
  /// Comes back once it has said where it serves, or has ended.
  explicit ReportWatch(const std::vector<std::string>& arguments)
      : process_(arguments, dir_ / "err") {
    while (address().empty() && process_.running()) usleep(20'000);
    if (address().empty()) throw std::runtime_error(messages());
  }

  std::string messages() const { return read_text(dir_ / "err"); }
  uint16_t port() const { return port_of(address()); }
  HttpAnswer get(const std::string& path) const {
    return http_get(port(), path, "127.0.0.1");
  }
  /// How it ends after a signal: its exit code.
  int end_by(int signal_number) {
    process_.signal(signal_number);
    return process_.wait();
  }

 private:
  /// "http://127.0.0.1:8123/"; empty before its line is whole.
  std::string address() const {
    const std::string text = messages();
    const size_t begin = text.find("http://");
    const size_t end = text.find(" until", begin);
    if (begin == text.npos || end == text.npos) return "";
    return text.substr(begin, end - begin);
  }

  TempDir dir_;
  ChildProcess process_;
};

} // namespace nanobrain::testing
