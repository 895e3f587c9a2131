// Rules of a config field, written on its own line in `visit` (see fields.h):
// which values it takes, and whether it may change when a run is resumed.
#pragma once

#include <limits>
#include <string>
#include <vector>

namespace nanobrain {

/// The numbers between two bounds; in a list, each of its numbers.
struct Limits {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool with_low = true;
  bool with_high = true;

  bool contain(double value) const {
    return (with_low ? value >= low : value > low) &&
           (with_high ? value <= high : value < high);
  }
  /// "at least 1", "from 1 to 20", "in [0, 1)".
  std::string text() const;
};

inline Limits at_least(double low) {
  return {.low = low};
}
inline Limits at_most(double high) {
  return {.high = high};
}
inline Limits from_to(double low, double high) {
  return {.low = low, .high = high};
}
inline Limits positive() {
  return {.low = 0, .with_low = false};
}
/// Neither of the two itself.
inline Limits between(double low, double high) {
  return {.low = low, .high = high, .with_low = false, .with_high = false};
}
/// `low` itself, but not `high`.
inline Limits from_below(double low, double high) {
  return {.low = low, .high = high, .with_high = false};
}

/// One of a few words.
struct OneOf {
  std::vector<std::string> words;
};
inline OneOf one_of(std::vector<std::string> words) {
  return {std::move(words)};
}

/// A resumed run may give the field another value: the weights do not depend on
/// it.
struct MayChange {};
inline constexpr MayChange may_change;

} // namespace nanobrain
