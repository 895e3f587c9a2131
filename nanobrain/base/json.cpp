#include "nanobrain/base/json.h"

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/json_fault.h"

namespace nanobrain {

namespace {

/// Deeper values would overflow the stack where a Json is copied or dumped.
constexpr int kMostDepth = 256;

/// How deep brackets go; of text that is no JSON, any number.
int depth_of(std::string_view text) {
  int depth = 0, deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      deepest = std::max(deepest, ++depth);
    } else if (!in_string && (c == ']' || c == '}')) {
      --depth;
    }
  }
  return deepest;
}

} // namespace

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json parse_json(std::string_view text, std::string_view where) {
  const int depth = depth_of(text);
  require(
      depth <= kMostDepth,
      where,
      "is JSON nested {} deep, but nanobrain reads at most {}",
      depth,
      kMostDepth);
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    fail_json(error, text, where);
  } catch (const Json::out_of_range& error) {
    fail_json(error, where);
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
