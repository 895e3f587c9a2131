// A part of some work that may fail without ending the rest.
#pragma once

#include <fmt/format.h>

#include <exception>
#include <string>

#include "nanobrain/base/error.h"
#include "nanobrain/base/json.h"

namespace nanobrain {

/// Why `part` could not be done; empty where it was. Interrupted goes on.
template <class Part>
std::string failure_of(const Part& part) {
  try {
    part();
    return "";
  } catch (const Interrupted&) {
    throw;
  } catch (const Json::exception& error) {
    return fmt::format("a file is not as expected: {}", error.what());
  } catch (const std::exception& error) {
    return error.what();
  }
}

} // namespace nanobrain
