// What a config field's line in `visit` says beside its name (see fields.h):
// which values it takes, and whether it may change when a run is resumed.
#pragma once

#include <fmt/format.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

/// FIELD(steps, "optimizer steps", at_least(1)): the key is the member's name.
#define FIELD(member, ...) field(#member, member, __VA_ARGS__)

namespace nanobrain {

/// Holds for the value, and in a list for each of its values.
struct FieldRule {
  std::string text; // "at least 1", "in [0, 1)", "plain or nested"
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool with_low = true;
  bool with_high = true;
  std::vector<std::string> words = {}; // where a string must be one of them
  bool may_change = false;             // on resume

  bool contains(double value) const {
    return (with_low ? value >= low : value > low) &&
           (with_high ? value <= high : value < high);
  }
};

inline FieldRule at_least(double low) {
  return {.text = fmt::format("at least {}", low), .low = low};
}
inline FieldRule at_most(double high) {
  return {.text = fmt::format("at most {}", high), .high = high};
}
inline FieldRule from_to(double low, double high) {
  return {fmt::format("from {} to {}", low, high), low, high};
}
inline FieldRule positive() {
  return {.text = "positive", .low = 0, .with_low = false};
}
/// Neither of the two itself.
inline FieldRule between(double low, double high) {
  return {fmt::format("between {} and {}", low, high), low, high, false, false};
}
/// `low` itself, but not `high`.
inline FieldRule from_below(double low, double high) {
  return {fmt::format("in [{}, {})", low, high), low, high, true, false};
}
inline FieldRule one_of(std::vector<std::string> words) {
  std::string text = words.front();
  for (size_t i = 1; i < words.size(); ++i) {
    text += (i + 1 < words.size() ? ", " : " or ") + words[i];
  }
  return {.text = std::move(text), .words = std::move(words)};
}
/// The weights do not depend on it.
inline const FieldRule may_change{
    .text = "may change on resume", .may_change = true};

} // namespace nanobrain
