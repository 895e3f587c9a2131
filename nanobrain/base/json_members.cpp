#include "nanobrain/base/json_members.h"

#include "nanobrain/base/json_fault.h"

namespace nanobrain {

void parse_json_members(
    std::string_view text,
    std::string_view where,
    const std::function<void(const std::string& key, const Json& value)>&
        member) {
  std::string key;
  const auto on_event = [&](int depth, Json::parse_event_t event, Json& part) {
    const bool in_object = depth == 1;
    switch (event) {
      case Json::parse_event_t::key:
        key = part.get<std::string>();
        return false; // not kept: the object stays empty
      case Json::parse_event_t::value:
        require(in_object, where, "is not a JSON object");
        member(key, part);
        return true;
      case Json::parse_event_t::object_start:
      case Json::parse_event_t::array_start:
        require(
            !in_object,
            where,
            "has an object or a list as \"{}\"; a plain value belongs there",
            key);
        require(
            event == Json::parse_event_t::object_start,
            where,
            "is not a JSON object");
        return true;
      default:
        return true;
    }
  };
  try {
    [[maybe_unused]] const Json rest = Json::parse(text, on_event);
  } catch (const Json::parse_error& error) {
    fail_json(error, text, where);
  } catch (const Json::out_of_range& error) {
    fail_json(error, where);
  }
}

} // namespace nanobrain
