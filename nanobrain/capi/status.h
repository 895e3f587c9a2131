// The border between C++ and C: exceptions become statuses and texts.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/capi/nanobrain_runtime.h"

namespace nanobrain {

/// An Error with a status of its own.
class StatusError : public Error {
 public:
  StatusError(nb_status status, const std::string& message)
      : Error(message), status_(status) {}
  nb_status status() const { return status_; }

 private:
  nb_status status_;
};

/// Throws a StatusError with "[where] message" unless `ok`.
template <class... Args>
void require_status(
    bool ok,
    nb_status status,
    std::string_view where,
    fmt::format_string<Args...> format,
    Args&&... args) {
  if (ok) return;
  throw StatusError(
      status,
      fmt::format(
          "[{}] {}", where, fmt::format(format, std::forward<Args>(args)...)));
}

/// Throws unless the pointer is one.
inline void require_pointer(
    const void* pointer, std::string_view where, std::string_view name) {
  require_status(
      pointer != nullptr, NB_ERROR_ARGUMENT, where, "{} is NULL", name);
}

/// Throws where a structure is smaller than in the first version of the header.
template <class Struct>
void require_struct(const Struct* structure, std::string_view where) {
  require_pointer(structure, where, "the structure");
  require_status(
      structure->struct_size >= sizeof(Struct),
      NB_ERROR_ARGUMENT,
      where,
      "struct_size is {}, but must be at least {}; begin with the initialiser",
      structure->struct_size,
      sizeof(Struct));
}

/// Keeps the exception's text for nb_last_error() and returns its status: a
/// StatusError's own, NB_ERROR_ARGUMENT for UsageError, `of_error` for other
/// Errors and those of the file system. Allocates nothing.
nb_status status_of(
    const std::exception_ptr& exception, nb_status of_error) noexcept;

/// body(where), its exceptions as a status.
template <class Body>
nb_status guarded(
    const char* where, nb_status of_error, const Body& body) noexcept {
  try {
    body(where);
    return NB_OK;
  } catch (...) {
    return status_of(std::current_exception(), of_error);
  }
}

} // namespace nanobrain
