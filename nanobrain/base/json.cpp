#include "nanobrain/base/json.h"

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace nanobrain {

namespace {

/// Deeper values would overflow the stack where a Json is copied or dumped.
constexpr int kMostDepth = 256;

/// How deep the lists and objects of a text lie in each other, be it valid or
/// not.
int depth_of(std::string_view text) {
  int depth = 0;
  int most = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '[' || c == '{') {
      most = std::max(most, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    } else {
      in_string = c == '"';
    }
  }
  return most;
}

/// Parses, with nlohmann's parser_callback_t or without; an Error reads
/// "[where] is not valid JSON at line 2, column 8: ...".
Json parse_with(
    std::string_view text,
    std::string_view where,
    const Json::parser_callback_t& on_event = nullptr) {
  try {
    return Json::parse(text, on_event);
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
  } catch (const Json::out_of_range& error) {
    // A number past what a double holds, "[...] number overflow ...".
    const std::string_view what = error.what();
    fail(where, "is not valid JSON: {}", what.substr(what.find("] ") + 2));
  }
}

} // namespace

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json parse_json(std::string_view text, std::string_view where) {
  // Not in a callback: with one the parser looks through the list that it is in
  // at the end of each object, and a list of objects takes quadratic time.
  require(
      depth_of(text) <= kMostDepth,
      where,
      "is JSON nested deeper than the {} levels that nanobrain reads",
      kMostDepth);
  return parse_with(text, where);
}

void parse_json_members(
    std::string_view text,
    std::string_view where,
    const std::function<void(const std::string& key, const Json& value)>&
        member) {
  using Event = Json::parse_event_t;
  std::string key;
  parse_with(text, where, [&](int depth, Event event, Json& part) {
    const bool in_object = depth == 1;
    switch (event) {
      case Event::key:
        key = part.get<std::string>();
        return false; // not kept: the object stays empty
      case Event::value:
        require(in_object, where, "is not a JSON object");
        member(key, part);
        return true;
      case Event::object_start:
      case Event::array_start:
        require(
            !in_object,
            where,
            "has an object or a list as \"{}\"; a plain value belongs there",
            key);
        require(event == Event::object_start, where, "is not a JSON object");
        return true;
      default:
        return true;
    }
  });
}

Json read_json(const fs::path& path) {
  return parse_json(read_file(path), path.string());
}

void write_json(const fs::path& path, const Json& value) {
  write_file(
      path, value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

} // namespace nanobrain
