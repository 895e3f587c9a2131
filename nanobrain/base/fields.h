// Configuration structs list their fields once with the rules of each, and
// parsing, dump, documentation, checks and the comparison on resume are derived
// from that list:
//
//   struct ScheduleConfig {
//     std::string kind = "cosine";
//     int64_t warmup_steps = 50;
//     template <class Visitor>
//     void visit(Visitor&& field) {
//       field("kind", kind, "of the curve", one_of({"cosine", "constant"}));
//       field("warmup_steps", warmup_steps, "linear warm-up", at_least(0));
//     }
//   };
//
// Field types: bool, int64_t, double, std::string, std::filesystem::path,
// Json (any value), std::optional, std::vector and std::array of those, and
// structs with visit.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "nanobrain/base/error.h"
#include "nanobrain/base/json.h"
#include "nanobrain/base/limits.h"
#include "nanobrain/base/nearest.h"

namespace nanobrain {

namespace fields_detail {

struct AnyVisitor {
  template <class T, class... Rules>
  void operator()(const char*, T&, const char*, const Rules&...) {}
};
template <class T>
concept HasFields = requires(T& t) {
  t.visit(AnyVisitor{});
};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsArray : std::false_type {};
template <class T, size_t N>
struct IsArray<std::array<T, N>> : std::true_type {};

[[noreturn]] inline void wrong_type(
    const std::string& where, const char* wanted, const Json& value) {
  // JSON has no word for them and dumps null.
  const bool finite =
      !value.is_number_float() || std::isfinite(value.get<double>());
  fail<UsageError>(
      where,
      "must be {}, but is {}",
      wanted,
      finite ? value.dump(-1, ' ', false, Json::error_handler_t::replace)
             : fmt::format("{}", value.get<double>()));
}

/// "run.yaml:" and "train" make "run.yaml: train", that and "steps"
/// "run.yaml: train.steps".
inline std::string join_path(const std::string& where, const char* name) {
  return where + (where.ends_with(':') ? " " : ".") + name;
}

/// How messages name the path so far: "run.yaml" where no key follows.
inline std::string place(const std::string& where) {
  return where.ends_with(':') ? where.substr(0, where.size() - 1) : where;
}

template <class T>
void read_value(const Json& value, const std::string& where, T& out);

} // namespace fields_detail

/// Reads `object` into `config`, leaving defaults where a key is absent.
/// Unknown keys (the nearest one is named), wrong types and non-finite numbers
/// are a UsageError; `where` is the path so far, such as "run.yaml:".
template <class T>
void read_fields(const Json& object, const std::string& where, T& config) {
  if (!object.is_object()) {
    fields_detail::wrong_type(
        fields_detail::place(where), "a mapping of keys to values", object);
  }
  std::vector<std::string> known;
  config.visit(
      [&](const char* name, auto& member, const char*, const auto&...) {
        known.emplace_back(name);
        if (auto it = object.find(name); it != object.end()) {
          fields_detail::read_value(
              *it, fields_detail::join_path(where, name), member);
        }
      });
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      fail<UsageError>(
          fields_detail::place(where),
          "has no key \"{}\"{}",
          key,
          suggest_name(key, known));
    }
  }
}

namespace fields_detail {

template <class T>
void read_value(const Json& value, const std::string& where, T& out) {
  if constexpr (HasFields<T>) {
    read_fields(value, where, out);
  } else if constexpr (IsOptional<T>::value) {
    if (value.is_null()) {
      out.reset();
    } else {
      read_value(value, where, out.emplace());
    }
  } else if constexpr (IsVector<T>::value) {
    if (!value.is_array()) wrong_type(where, "a list", value);
    out.clear();
    for (size_t i = 0; i < value.size(); ++i) {
      read_value(
          value[i], where + "[" + std::to_string(i) + "]", out.emplace_back());
    }
  } else if constexpr (IsArray<T>::value) {
    if (!value.is_array() || value.size() != out.size()) {
      wrong_type(
          where,
          ("a list of " + std::to_string(out.size()) + " values").c_str(),
          value);
    }
    for (size_t i = 0; i < out.size(); ++i) {
      read_value(value[i], where + "[" + std::to_string(i) + "]", out[i]);
    }
  } else if constexpr (std::is_same_v<T, Json>) {
    out = value;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!value.is_boolean()) wrong_type(where, "true or false", value);
    out = value.get<bool>();
  } else if constexpr (std::is_same_v<T, int64_t>) {
    // 1e6 is how people write a million steps.
    if (value.is_number_float() &&
        std::nearbyint(value.get<double>()) == value.get<double>() &&
        std::abs(value.get<double>()) < 9e15) {
      out = static_cast<int64_t>(value.get<double>());
      return;
    }
    if (!value.is_number_integer() ||
        (value.is_number_unsigned() && value.get<uint64_t>() > INT64_MAX)) {
      wrong_type(where, "an integer", value);
    }
    out = value.get<int64_t>();
  } else if constexpr (std::is_same_v<T, double>) {
    if (!value.is_number() || !std::isfinite(value.get<double>())) {
      wrong_type(where, "a finite number", value);
    }
    out = value.get<double>();
  } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
    if (!value.is_string()) wrong_type(where, "a path", value);
    out = value.get<std::string>();
  } else {
    static_assert(std::is_same_v<T, std::string>, "not a field type");
    if (!value.is_string()) wrong_type(where, "a string", value);
    out = value.get<std::string>();
  }
}

template <class T>
Json write_value(T& value) {
  if constexpr (HasFields<T>) {
    Json object = Json::object();
    value.visit(
        [&](const char* name, auto& member, const char*, const auto&...) {
          object[name] = write_value(member);
        });
    return object;
  } else if constexpr (IsOptional<T>::value) {
    return value ? write_value(*value) : Json(nullptr);
  } else if constexpr (IsVector<T>::value || IsArray<T>::value) {
    Json list = Json::array();
    for (auto& item : value) list.push_back(write_value(item));
    return list;
  } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
    return value.string();
  } else {
    return value;
  }
}

} // namespace fields_detail

/// The resolved config, every field written out.
template <class T>
Json write_fields(const T& config) {
  T copy = config; // visit() is not const: one list serves reading and writing
  return fields_detail::write_value(copy);
}

/// Calls visitor(path, member, help, rules...) for each field that has no
/// fields itself: the path is "train.steps" where `prefix` is "".
template <class T, class Visitor>
void for_each_field(T& config, const std::string& prefix, Visitor&& visitor) {
  config.visit([&](const char* name,
                   auto& member,
                   const char* help,
                   const auto&... rules) {
    using Member = std::remove_reference_t<decltype(member)>;
    if constexpr (fields_detail::HasFields<Member>) {
      for_each_field(member, prefix + name + ".", visitor);
    } else {
      visitor(prefix + name, member, help, rules...);
    }
  });
}

namespace fields_detail {

inline std::string rule_text(const Limits& limits) {
  return limits.text();
}
inline std::string rule_text(const OneOf& one) {
  std::string text;
  for (const std::string& word : one.words) {
    const bool last = &word == &one.words.back();
    text += (text.empty() ? "" : last ? " or " : ", ") + word;
  }
  return text;
}
inline std::string rule_text(MayChange) {
  return "may change on resume";
}

/// `it` is how the message names the value: "is", or "one is" in a list.
template <class T, class Rule>
void check_rule(
    const std::string& path, const T& value, const Rule& rule, const char* it) {
  if constexpr (IsOptional<T>::value) {
    if (value) check_rule(path, *value, rule, it);
  } else if constexpr (IsVector<T>::value || IsArray<T>::value) {
    for (const auto& item : value) check_rule(path, item, rule, "one is");
  } else if constexpr (std::is_same_v<Rule, Limits>) {
    require<UsageError>(
        rule.contain(static_cast<double>(value)),
        path,
        "must be {}, but {} {}",
        rule.text(),
        it,
        value);
  } else if constexpr (std::is_same_v<Rule, OneOf>) {
    require<UsageError>(
        std::find(rule.words.begin(), rule.words.end(), value) !=
            rule.words.end(),
        path,
        "cannot be \"{}\"{}",
        value,
        suggest_name(value, rule.words));
  }
}

} // namespace fields_detail

/// One line a field:
/// "train.steps = 1000: optimizer steps (at least 1)".
template <class T>
std::string describe_fields(const T& config) {
  T copy = config;
  std::string text;
  for_each_field(
      copy,
      "",
      [&](const std::string& path,
          auto& member,
          const char* help,
          const auto&... rules) {
        std::string all;
        ((all += (all.empty() ? " (" : ", ") + fields_detail::rule_text(rules)),
         ...);
        text += fmt::format(
            "  {} = {}: {}{}\n",
            path,
            fields_detail::write_value(member).dump(),
            help,
            all.empty() ? "" : all + ")");
      });
  return text;
}

/// UsageError that names the first field whose value breaks one of its rules.
template <class T>
void check_fields(const T& config, const std::string& prefix = "") {
  T copy = config;
  for_each_field(
      copy,
      prefix,
      [](const std::string& path,
         const auto& member,
         const char*,
         const auto&... rules) {
        (fields_detail::check_rule(path, member, rules, "is"), ...);
      });
}

/// UsageError that names the first field which differs and is not may_change.
template <class T>
void require_resumable(const T& before, const T& now) {
  const auto values = [](T config) {
    std::vector<std::pair<std::string, Json>> fixed;
    for_each_field(
        config,
        "",
        [&](const std::string& path,
            auto& member,
            const char*,
            const auto&... rules) {
          if constexpr (!(std::is_same_v<
                              std::remove_cvref_t<decltype(rules)>,
                              MayChange> ||
                          ...)) {
            fixed.emplace_back(path, fields_detail::write_value(member));
          }
        });
    return fixed;
  };
  const auto old_values = values(before);
  const auto new_values = values(now);
  for (size_t i = 0; i < old_values.size(); ++i) {
    require<UsageError>(
        old_values[i].second == new_values[i].second,
        old_values[i].first,
        "is {} in the run to resume, but {} now; leave it as it was or start a "
        "new run in another folder",
        old_values[i].second.dump(),
        new_values[i].second.dump());
  }
}

} // namespace nanobrain
