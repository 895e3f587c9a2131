// JSON objects of very many members, one member after another.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// Calls member(key, value) for each member of a JSON object of plain values,
/// in order, repeated keys too. (A Json looks for each key among all before it:
/// 50,000 members take seconds.) Error where the text is anything else.
void parse_json_members(
    std::string_view text,
    std::string_view where,
    const std::function<void(const std::string& key, const Json& value)>&
        member);

} // namespace nanobrain
