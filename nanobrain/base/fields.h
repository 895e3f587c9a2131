// Configuration structs list their fields once with the rules of each; parsing,
// dump, documentation, checks and the comparison on resume derive from that:
//
//   template <class Visitor>
//   void visit(Visitor&& field) {
//     FIELD(kind, "of the curve");
//     FIELD(warmup_steps, "linear warm-up", at_least(0));
//   }
//
// Field types: bool, int64_t, double, std::string, std::filesystem::path, enums
// (a function words(E) gives the array of their words), Json (any value),
// std::optional, std::vector and std::array of those, structs with visit, and
// std::map of names to such structs.
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/limits.h"

namespace nanobrain {

/// A field that has no fields itself, as its line in visit() describes it.
struct FieldLine {
  std::string path; // "train.steps"
  Json value;
  std::string help;
  std::vector<FieldRule> rules;
};

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
concept IsOptional = requires(T& t) {
  t.emplace(), t.reset();
};
template <class T>
concept IsVector = !std::same_as<T, Json> && requires(T & t) {
  t.emplace_back();
};
template <class T>
concept IsArray = requires {
  std::tuple_size<T>::value;
};
template <class T>
concept IsMap = !std::same_as<T, Json> && requires {
  typename T::mapped_type;
};

/// UsageError "[where] must be `wanted`, but is `value`" unless `ok`.
void require_type(
    bool ok,
    const std::string& where,
    const std::string& wanted,
    const Json& value);
/// UsageError unless `object` is one, and each of its keys one of `known`.
void require_keys(
    const Json& object,
    const std::string& where,
    const std::vector<std::string>& known);
/// "run.yaml:" and "train": "run.yaml: train"; with "steps": "... train.steps".
std::string join_path(const std::string& where, const char* name);
int64_t read_integer(const Json& value, const std::string& where);
/// The index of the word that `value` is.
size_t read_word(
    const Json& value,
    const std::string& where,
    const std::vector<std::string>& words);
template <class T>
void read_value(const Json& value, const std::string& where, T& out);

template <class E>
std::vector<std::string> words_of() {
  const auto list = words(E{});
  return {list.begin(), list.end()};
}

} // namespace fields_detail

/// Reads `object` into `config`, leaving defaults where a key is absent.
/// Unknown keys (the nearest one is named), wrong types and non-finite numbers
/// are a UsageError; `where` is the path so far, such as "run.yaml:".
template <class T>
void read_fields(const Json& object, const std::string& where, T& config) {
  std::vector<std::string> known;
  config.visit(
      [&](const char* name, auto& member, const char*, const auto&...) {
        known.emplace_back(name);
        if (auto it = object.find(name); it != object.end()) {
          fields_detail::read_value(
              *it, fields_detail::join_path(where, name), member);
        }
      });
  fields_detail::require_keys(object, where, known);
}

namespace fields_detail {

template <class T>
void read_value(const Json& value, const std::string& where, T& out) {
  const auto check = [&](bool ok, const std::string& wanted) {
    require_type(ok, where, wanted, value);
  };
  if constexpr (HasFields<T>) {
    read_fields(value, where, out);
  } else if constexpr (std::same_as<T, Json>) {
    out = value;
  } else if constexpr (IsOptional<T>) {
    out.reset();
    if (!value.is_null()) read_value(value, where, out.emplace());
  } else if constexpr (IsMap<T>) {
    check(value.is_object(), "a mapping of names");
    out.clear();
    for (const auto& [name, item] : value.items()) {
      read_value(item, where + "." + name, out[name]);
    }
  } else if constexpr (IsVector<T> || IsArray<T>) {
    if constexpr (IsVector<T>) {
      check(value.is_array(), "a list");
      out.assign(value.size(), {});
    } else {
      check(
          value.is_array() && value.size() == out.size(),
          fmt::format("a list of {} values", out.size()));
    }
    for (size_t i = 0; i < value.size(); ++i) {
      read_value(value[i], fmt::format("{}[{}]", where, i), out[i]);
    }
  } else if constexpr (std::is_enum_v<T>) {
    out = static_cast<T>(read_word(value, where, words_of<T>()));
  } else if constexpr (std::same_as<T, bool>) {
    check(value.is_boolean(), "true or false");
    out = value.get<bool>();
  } else if constexpr (std::same_as<T, int64_t>) {
    out = read_integer(value, where);
  } else if constexpr (std::same_as<T, double>) {
    check(
        value.is_number() && std::isfinite(value.get<double>()),
        "a finite number");
    out = value.get<double>();
  } else {
    constexpr bool is_path = std::same_as<T, std::filesystem::path>;
    static_assert(is_path || std::same_as<T, std::string>, "no field type");
    check(value.is_string(), is_path ? "a path" : "a string");
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
  } else if constexpr (std::is_enum_v<T>) {
    return words_of<T>().at(static_cast<size_t>(value));
  } else if constexpr (IsOptional<T>) {
    return value ? write_value(*value) : Json(nullptr);
  } else if constexpr (IsMap<T>) {
    Json object = Json::object();
    for (auto& [name, item] : value) object[name] = write_value(item);
    return object;
  } else if constexpr (IsVector<T> || IsArray<T>) {
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

namespace fields_detail {

template <class T, class Visitor>
void visit_field(
    T& member,
    const std::string& path,
    const char* help,
    const std::vector<FieldRule>& given,
    Visitor& visitor);

} // namespace fields_detail

/// Calls visitor(path, member, help, rules) for each field that has no fields
/// itself: the path is "train.steps" where `prefix` is "". An optional struct
/// that is not there is one field.
template <class T, class Visitor>
void for_each_field(T& config, const std::string& prefix, Visitor&& visitor) {
  config.visit([&](const char* name,
                   auto& member,
                   const char* help,
                   const auto&... given) {
    fields_detail::visit_field(
        member, prefix + name, help, {given...}, visitor);
  });
}

namespace fields_detail {

template <class T, class Visitor>
void visit_field(
    T& member,
    const std::string& path,
    const char* help,
    const std::vector<FieldRule>& given,
    Visitor& visitor) {
  if constexpr (HasFields<T>) {
    return for_each_field(member, path + ".", visitor);
  } else if constexpr (IsMap<T>) {
    for (auto& [name, item] : member) {
      visit_field(item, path + "." + name, help, given, visitor);
    }
    return;
  } else if constexpr (IsOptional<T>) {
    if constexpr (HasFields<typename T::value_type>) {
      if (member) return for_each_field(*member, path + ".", visitor);
    }
  }
  std::vector<FieldRule> rules = given;
  if constexpr (std::is_enum_v<T>) {
    rules.insert(rules.begin(), one_of(words_of<T>()));
  }
  visitor(path, member, help, rules);
}

} // namespace fields_detail

template <class T>
std::vector<FieldLine> list_fields(
    const T& config, const std::string& prefix = "") {
  T copy = config;
  std::vector<FieldLine> lines;
  for_each_field(
      copy,
      prefix,
      [&](const std::string& path,
          auto& member,
          const char* help,
          const auto& rules) {
        lines.push_back(
            {path, fields_detail::write_value(member), help, rules});
      });
  return lines;
}

/// "train.steps = 1000: optimizer steps (at least 1)", one line a field.
std::string describe_fields(const std::vector<FieldLine>& fields);
template <class T>
std::string describe_fields(const T& config) {
  return describe_fields(list_fields(config));
}

/// UsageError that names the first field whose value breaks one of its rules.
void check_fields(const std::vector<FieldLine>& fields);
template <class T>
void check_fields(const T& config, const std::string& prefix = "") {
  check_fields(list_fields(config, prefix));
}

/// UsageError that names the first field which differs and is not may_change.
void require_resumable(
    const std::vector<FieldLine>& before, const std::vector<FieldLine>& now);
template <class T>
void require_resumable(const T& before, const T& now) {
  require_resumable(list_fields(before), list_fields(now));
}

} // namespace nanobrain
