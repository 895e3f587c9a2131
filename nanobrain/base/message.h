// Lines for people on stderr, where results never go.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

namespace nanobrain {

/// Writes a line to stderr. Where stderr cannot be written (a closed pipe, a
/// full disk) the line is lost, never the work or its exit code.
template <class... Args>
void print_message(fmt::format_string<Args...> format, Args&&... args) {
  const std::string line =
      fmt::format(format, std::forward<Args>(args)...) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

} // namespace nanobrain
