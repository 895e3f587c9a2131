// The exceptions of nanobrain. A message reads "[where] what is wrong; what to
// do about it" and is shown to the user as it is.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace nanobrain {

/// A failure the user can act on: a file, its contents, the disk. Exit code 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Wrong use of the program: a flag, a configuration key or value. Exit code 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// A model's weights give NaN or infinite numbers. Exit code 1.
class NumericError : public Error {
 public:
  using Error::Error;
};

/// The user asked to stop (SIGINT, SIGTERM) and the work was saved. Exit 130.
class Interrupted : public Error {
 public:
  using Error::Error;
};

/// Throws E (Error unless named) with "[where] message".
template <class E = Error, class... Args>
[[noreturn]] void fail(
    std::string_view where,
    fmt::format_string<Args...> format,
    Args&&... args) {
  throw E(fmt::format(
      "[{}] {}", where, fmt::format(format, std::forward<Args>(args)...)));
}

/// Throws E with "[where] message" unless `ok`.
template <class E = Error, class... Args>
void require(
    bool ok,
    std::string_view where,
    fmt::format_string<Args...> format,
    Args&&... args) {
  if (!ok) fail<E>(where, format, std::forward<Args>(args)...);
}

} // namespace nanobrain
