// Configuration structs list their fields once, and parsing, dump and
// documentation are derived from that list:
//
//   struct ScheduleConfig {
//     std::string kind = "cosine";
//     int64_t warmup_steps = 50;
//     template <class Visitor>
//     void visit(Visitor&& field) {
//       field("kind", kind, "cosine, wsd or constant");
//       field("warmup_steps", warmup_steps, "steps of linear warm-up");
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
#include "nanobrain/base/nearest.h"

namespace nanobrain {

namespace fields_detail {

struct AnyVisitor {
  template <class T>
  void operator()(const char*, T&, const char*) {}
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
  config.visit([&](const char* name, auto& member, const char*) {
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
    value.visit([&](const char* name, auto& member, const char*) {
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

/// One line a field: "train.steps = 1000: optimizer steps".
template <class T>
std::string describe_fields(const T& config, const std::string& prefix = "") {
  T copy = config;
  std::string text;
  copy.visit([&](const char* name, auto& member, const char* help) {
    using Member = std::remove_reference_t<decltype(member)>;
    if constexpr (fields_detail::HasFields<Member>) {
      text += describe_fields(member, prefix + name + ".");
    } else {
      text += fmt::format(
          "  {}{} = {}: {}\n",
          prefix,
          name,
          fields_detail::write_value(member).dump(),
          help);
    }
  });
  return text;
}

} // namespace nanobrain
