// How a fault of JSON text is reported.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "nanobrain/base/error.h"

namespace nanobrain {

/// Throws "[where] is not valid JSON at line 2, column 8: ..." for a fault that
/// the parser found in `text`.
[[noreturn]] inline void fail_json(
    const nlohmann::json::parse_error& error,
    std::string_view text,
    std::string_view where) {
  // error.byte counts from 1 and may be one past the end.
  const std::string_view before =
      text.substr(0, error.byte == 0 ? 0 : error.byte - 1);
  const std::string_view what = error.what();
  const size_t reason = what.rfind(": ");
  fail(
      where,
      "is not valid JSON at line {}, column {}: {}",
      1 + std::count(before.begin(), before.end(), '\n'),
      before.size() - (before.rfind('\n') + 1) + 1,
      reason == std::string_view::npos ? what : what.substr(reason + 2));
}

/// The same for a number past what a double holds, whose place is not known.
[[noreturn]] inline void fail_json(
    const nlohmann::json::out_of_range& error, std::string_view where) {
  const std::string_view what = error.what(); // "[...] number overflow ..."
  fail(where, "is not valid JSON: {}", what.substr(what.find("] ") + 2));
}

} // namespace nanobrain
