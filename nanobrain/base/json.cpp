#include "nanobrain/base/json.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"

namespace nanobrain {

Json parse_json(std::string_view text, std::string_view where) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
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
}

Json read_json(const std::filesystem::path& path) {
  return parse_json(read_file(path), path.string());
}

void write_json(const std::filesystem::path& path, const Json& value) {
  write_file(
      path, value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

} // namespace nanobrain
