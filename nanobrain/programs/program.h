// What programs and their subcommands share: output, errors, exit codes.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

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
  /// Error if stdout cannot be written.
  void text(std::string_view text) const;
  /// The same of a format and its values, with a newline at the end.
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) const {
    text(fmt::format(format, std::forward<Args>(args)...) + "\n");
  }
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

// What the command line refuses, and how it says so (usage.cpp).

/// "tokenizer train": how errors name a subcommand.
std::string subcommand_name(const CLI::App& app);
/// Makes every option of the program and its subcommands refuse what CLI11
/// takes: numbers that 64 bits do not hold, a sign where there is none, and
/// empty names.
void check_values(CLI::App& program);
/// "[tokenizer train] --vocab-size must be a whole number, but is "abc"", and
/// on a line of its own where to read more.
std::string describe_usage_error(
    CLI::App& program, const CLI::ParseError& error);

} // namespace nanobrain
