// The report's server in a process of its own: signals are for a whole process.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include "nanobrain/base/interrupt.h"
#include "nanobrain/report/report_server.h"
#include "tests/report/http_get.h"

namespace nanobrain::testing {

/// Serves what a JSON file holds; "created_at" counts how often it was read.
class ServedReport {
 public:
  explicit ServedReport(const std::filesystem::path& file) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("pipe failed");
    child_ = fork();
    if (child_ == 0) {
      close(ends[0]);
      install_interrupt_handlers();
      int64_t asked = 0;
      try {
        serve_report(
            0,
            [&] {
              Json data = read_json(file);
              data["created_at"] = ++asked;
              return data;
            },
            [&](const std::string& address) {
              const std::string line = address + "\n";
              if (write(ends[1], line.data(), line.size()) < 0) _exit(3);
              close(ends[1]);
            });
      } catch (...) {
        _exit(2);
      }
      _exit(0);
    }
    close(ends[1]);
    for (char c; read(ends[0], &c, 1) == 1 && c != '\n';) address_ += c;
    close(ends[0]);
  }
  ~ServedReport() {
    if (child_ < 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  ServedReport(const ServedReport&) = delete;
  ServedReport& operator=(const ServedReport&) = delete;

  const std::string& address() const { return address_; }
  uint16_t port() const { return port_of(address_); }
  HttpAnswer get(
      const std::string& path,
      const std::optional<std::string>& host = "127.0.0.1",
      const std::string& more = "") const {
    return http_get(port(), path, host, more);
  }
  /// How the process ends after a signal: its exit code.
  int end_by(int signal_number) {
    kill(child_, signal_number);
    int status = 0;
    waitpid(child_, &status, 0);
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t child_ = -1;
  std::string address_;
};

} // namespace nanobrain::testing
