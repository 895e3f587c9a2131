// What programs and their subcommands share: output, errors, exit codes.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// Where a subcommand's result goes: text for people, or with --json one JSON
/// object on stdout and nothing else. Copies share the flag.
class Output {
 public:
  /// Adds --json to a subcommand.
  explicit Output(CLI::App& command);
  bool json() const { return *json_; }
  /// Text for people on stdout, as it is and at once; nothing under --json.
  /// Error where stdout cannot be written.
  void text(std::string_view text) const;
  /// The same with a newline at the end.
  void line(std::string_view text) const;
  /// The whole result; printed under --json only.
  void result(const Json& value) const;
  /// One of several results, on a line of its own; printed under --json only.
  void row(const Json& value) const;

 private:
  std::shared_ptr<bool> json_;
};

/// Parses, runs the subcommand, prints errors to stderr under the program's
/// name. Exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted after a
/// clean save. `version` is what --version prints.
int run_program(
    CLI::App& program,
    const std::function<std::string()>& version,
    int argc,
    char** argv);

} // namespace nanobrain
