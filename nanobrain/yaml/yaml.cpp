#include "nanobrain/yaml/yaml.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"

namespace nanobrain {

namespace {

// Bounds on what aliases may unfold to: `&a [*a]` has no end.
constexpr int kMaxDepth = 100;
constexpr int64_t kMaxNodes = 1'000'000;

template <class... Args>
[[noreturn]] void fail_at(
    const YAML::Mark& mark,
    std::string_view where,
    fmt::format_string<Args...> format,
    Args&&... args) {
  fail<UsageError>(
      where,
      "line {}: {}",
      mark.line + 1,
      fmt::format(format, std::forward<Args>(args)...));
}

bool is_one_of(
    std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// An integer of the core schema, if 64 bits hold it.
std::optional<Json> parse_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0o")) {
    base = text[1] == 'x' ? 16 : 8;
    text.remove_prefix(2);
  } else if (negative || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (stop != end || error != std::errc()) return std::nullopt;
  if (!negative) return Json(value);
  constexpr uint64_t kLeast = uint64_t{1} << 63;
  if (value > kLeast) return std::nullopt;
  return Json(static_cast<int64_t>(-value));
}

/// [-+]? (\.[0-9]+ | [0-9]+(\.[0-9]*)?) ([eE][-+]?[0-9]+)?, .inf and .nan
std::optional<double> parse_float(std::string_view text) {
  using Limits = std::numeric_limits<double>;
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return Limits::quiet_NaN();
  const double sign = text.starts_with('-') ? -1 : 1;
  if (sign < 0 || text.starts_with('+')) text.remove_prefix(1);
  if (is_one_of(text, {".inf", ".Inf", ".INF"})) {
    return sign * Limits::infinity();
  }
  // from_chars takes the rest as the schema does, but "inf" and "nan" too.
  if (text.find_first_of(".0123456789") != 0) return std::nullopt;
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // Too large or too small: from_chars does not say which; strtod does.
    value = std::strtod(std::string(text).c_str(), nullptr);
  }
  return sign * value;
}

/// A plain scalar by the YAML 1.2 core schema.
Json resolve_plain(const std::string& text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
  if (is_one_of(text, {"true", "True", "TRUE"})) return true;
  if (is_one_of(text, {"false", "False", "FALSE"})) return false;
  if (auto integer = parse_integer(text)) return *integer;
  if (auto number = parse_float(text)) return *number;
  return text;
}

/// Turns yaml-cpp's nodes into JSON.
class Converter {
 public:
  explicit Converter(std::string_view where) : where_(where) {}

  Json convert(const YAML::Node& node, int depth = 0) {
    if (depth > kMaxDepth || ++nodes_ > kMaxNodes) {
      fail_at(
          node.Mark(), where_, "is nested too deep or too large; unfold it");
    }
    switch (node.Type()) {
      case YAML::NodeType::Sequence: {
        Json list = Json::array();
        for (const auto& item : node) list.push_back(convert(item, depth + 1));
        return list;
      }
      case YAML::NodeType::Map:
        return convert_map(node, depth);
      case YAML::NodeType::Scalar:
        return convert_scalar(node);
      default:
        return nullptr;
    }
  }

 private:
  Json convert_map(const YAML::Node& node, int depth) {
    Json object = Json::object();
    std::set<std::string> seen;
    for (const auto& pair : node) {
      const YAML::Node& key = pair.first;
      if (!key.IsScalar()) {
        fail_at(key.Mark(), where_, "a key must be a word; quote it");
      }
      if (!seen.insert(key.Scalar()).second) {
        fail_at(
            key.Mark(),
            where_,
            "has the key \"{}\" a second time; remove one of the two",
            key.Scalar());
      }
      object[key.Scalar()] = convert(pair.second, depth + 1);
    }
    return object;
  }

  /// yaml-cpp tags a plain scalar "?" and a quoted one "!".
  Json convert_scalar(const YAML::Node& node) {
    std::string tag = node.Tag();
    constexpr std::string_view kCore = "tag:yaml.org,2002:";
    if (tag.starts_with(kCore)) tag.replace(0, kCore.size(), "!!");
    if (tag == "!" || tag == "!!str") return node.Scalar();
    Json value = resolve_plain(node.Scalar());
    if (tag == "!!float" && value.is_number()) return value.get<double>();
    if (tag == "?" || tag.empty() ||
        (tag == "!!int" && value.is_number_integer()) ||
        (tag == "!!bool" && value.is_boolean()) ||
        (tag == "!!null" && value.is_null())) {
      return value;
    }
    fail_at(
        node.Mark(), where_, "the tag {} is not understood; leave it out", tag);
  }

  std::string_view where_;
  int64_t nodes_ = 0;
};

} // namespace

Json parse_yaml(std::string_view text, std::string_view where) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    require<UsageError>(
        documents.size() <= 1,
        where,
        "has {} YAML documents; keep one",
        documents.size());
    if (documents.empty()) return nullptr;
    return Converter(where).convert(documents[0]);
  } catch (const YAML::Exception& error) {
    fail_at(error.mark, where, "is not valid YAML: {}", error.msg);
  }
}

Json read_yaml(const std::filesystem::path& path) {
  Json value = parse_yaml(read_file(path), path.string());
  return value.is_null() ? Json::object() : value;
}

Json flat_keys(const Json& keys) {
  Json flat = Json::object();
  for (const auto& [key, value] : keys.items()) {
    if (!value.is_object()) {
      flat[key] = value;
      continue;
    }
    const Json below = flat_keys(value);
    for (const auto& [rest, part] : below.items())
      flat[key + "." + rest] = part;
  }
  return flat;
}

void apply_override(Json& config, std::string_view assignment) {
  const std::string where = fmt::format("--set {}", assignment);
  const size_t equals = assignment.find('=');
  require<UsageError>(
      equals != std::string_view::npos && equals > 0 &&
          equals + 1 < assignment.size(),
      where,
      "must be KEY=VALUE, such as train.steps=200");
  std::string_view keys = assignment.substr(0, equals);
  Json* place = &config;
  while (true) {
    const size_t dot = keys.find('.');
    const std::string key(keys.substr(0, dot));
    require<UsageError>(!key.empty(), where, "has an empty part in its key");
    if (place->is_null()) *place = Json::object();
    require<UsageError>(
        place->is_object(),
        where,
        "\"{}\" is under a value that has no keys",
        key);
    place = &(*place)[key];
    if (dot == std::string_view::npos) break;
    keys.remove_prefix(dot + 1);
  }
  *place = parse_yaml(assignment.substr(equals + 1), where);
}

} // namespace nanobrain
