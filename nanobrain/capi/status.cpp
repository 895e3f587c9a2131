#include "nanobrain/capi/status.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <new>

namespace nanobrain {

namespace {

// Of a fixed size: it is also written where memory has run out.
thread_local char last_error[1024] = "";

/// A text that is too long ends between two characters.
nb_status keep(nb_status status, const char* text) {
  size_t size = std::strlen(text);
  if (size >= std::size(last_error)) {
    size = std::size(last_error) - 1;
    while (size > 0 && (text[size] & 0xc0) == 0x80) --size;
  }
  std::memcpy(last_error, text, size);
  last_error[size] = '\0';
  return status;
}

} // namespace

nb_status status_of(
    const std::exception_ptr& exception, nb_status of_error) noexcept {
  try {
    std::rethrow_exception(exception);
  } catch (const StatusError& error) {
    return keep(error.status(), error.what());
  } catch (const UsageError& error) {
    return keep(NB_ERROR_ARGUMENT, error.what());
  } catch (const NumericError& error) {
    return keep(NB_ERROR_NOT_FINITE, error.what());
  } catch (const Error& error) {
    return keep(of_error, error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    return keep(of_error, error.what());
  } catch (const std::bad_alloc&) {
    return keep(NB_ERROR_MEMORY, "[memory] there is not enough memory");
  } catch (const std::exception& error) {
    return keep(NB_ERROR_INTERNAL, error.what());
  } catch (...) {
    return keep(NB_ERROR_INTERNAL, "[internal] an unknown exception");
  }
}

} // namespace nanobrain

const char* nb_version(void) {
  return NANOBRAIN_VERSION;
}

const char* nb_status_name(nb_status status) {
  static constexpr const char* kNames[] = {
      "NB_OK",
      "NB_ERROR_ARGUMENT",
      "NB_ERROR_BUFFER",
      "NB_ERROR_MODEL",
      "NB_ERROR_TOKENIZER",
      "NB_ERROR_TEXT",
      "NB_ERROR_STATE",
      "NB_ERROR_NOT_FINITE",
      "NB_ERROR_THREADS",
      "NB_ERROR_MEMORY",
      "NB_ERROR_INTERNAL"};
  static_assert(std::size(kNames) == NB_ERROR_INTERNAL + 1);
  const auto index = static_cast<size_t>(status);
  return index < std::size(kNames) ? kNames[index] : "unknown status";
}

const char* nb_last_error(void) {
  return nanobrain::last_error;
}
