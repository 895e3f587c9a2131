#include "nanobrain/sweep/grid.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"

namespace nanobrain {

namespace {

constexpr size_t kMostPoints = 100'000;
constexpr size_t kLongestId = 100;
constexpr const char* kTokenizerKey = "tokenizer";

/// What one value of an axis sets.
Json keys_of(const std::string& axis, const Json& value) {
  if (value.is_object() && axis != kTokenizerKey) return value;
  Json keys;
  keys[axis] = value;
  return keys;
}

std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_structured()) return value.dump();
  std::string text;
  for (const auto& item : value) {
    if (!text.empty()) text += '-';
    text += value_text(item);
  }
  return text;
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '+';
}

/// The last word of each key, or the whole of it where two keys share that.
std::map<std::string, std::string> short_names(const Json& point) {
  std::map<std::string, int> uses;
  const auto last_word = [](const std::string& key) {
    return key.substr(key.rfind('.') + 1);
  };
  for (const auto& [key, value] : point.items()) ++uses[last_word(key)];
  std::map<std::string, std::string> names;
  for (const auto& [key, value] : point.items()) {
    names[key] = uses[last_word(key)] == 1 ? last_word(key) : key;
  }
  return names;
}

} // namespace

std::vector<Json> grid_points(const Json& grid) {
  std::vector<Json> points = {Json::object()};
  for (const auto& [axis, values] : grid.items()) {
    std::vector<Json> longer;
    require<UsageError>(
        points.size() * values.size() <= kMostPoints,
        "grid",
        "has more than {} cells",
        kMostPoints);
    for (const Json& point : points) {
      for (const Json& value : values) {
        Json next = point;
        const Json keys = keys_of(axis, value);
        require<UsageError>(
            !keys.empty(), "grid." + axis, "has a mapping of no keys");
        for (const auto& [key, item] : keys.items()) {
          require<UsageError>(
              !next.contains(key), "grid." + axis, "sets {} again", key);
          next[key] = item;
        }
        longer.push_back(std::move(next));
      }
    }
    points = std::move(longer);
  }
  std::set<std::string> seen;
  for (const Json& point : points) {
    require<UsageError>(
        seen.insert(point.dump()).second,
        "grid",
        "has the cell {} twice",
        point_id(point));
  }
  return points;
}

std::vector<Json> draw_points(
    std::vector<Json> points, int64_t samples, int64_t seed) {
  const auto wanted = static_cast<size_t>(samples);
  if (wanted == 0 || wanted >= points.size()) return points;
  // Selection sampling (Knuth, The Art of Computer Programming 2, 3.4.2 S).
  Random random(static_cast<uint64_t>(seed));
  std::vector<Json> drawn;
  for (size_t i = 0; i < points.size() && drawn.size() < wanted; ++i) {
    if (random.below(points.size() - i) < wanted - drawn.size()) {
      drawn.push_back(std::move(points[i]));
    }
  }
  return drawn;
}

std::string point_id(const Json& point) {
  const auto names = short_names(point);
  std::string id;
  bool readable = true;
  for (const auto& [key, value] : point.items()) {
    std::string text = value_text(value);
    if (text.starts_with('/')) { // a path: its last part, and the hash below
      text = std::filesystem::path(text).filename();
      readable = false;
    }
    std::string part = names.at(key) + "=" + text;
    for (char& c : part) {
      if (is_plain(c) || c == '=') continue;
      c = '-';
      readable = false;
    }
    if (!id.empty()) id += ',';
    id += part;
  }
  if (readable && id.size() <= kLongestId) return id;
  const std::string hash = sha256_hex(point.dump()).substr(0, 10);
  id.resize(std::min(id.size(), kLongestId - hash.size() - 1));
  return id + "-" + hash;
}

} // namespace nanobrain
