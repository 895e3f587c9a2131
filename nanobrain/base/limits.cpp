#include "nanobrain/base/limits.h"

#include <fmt/format.h>

#include <cmath>

namespace nanobrain {

std::string Limits::text() const {
  if (std::isinf(high)) {
    return !with_low && low == 0
               ? "positive"
               : fmt::format("{} {}", with_low ? "at least" : "above", low);
  }
  if (std::isinf(low)) {
    return fmt::format("{} {}", with_high ? "at most" : "below", high);
  }
  if (with_low && with_high) return fmt::format("from {} to {}", low, high);
  if (!with_low && !with_high) {
    return fmt::format("between {} and {}", low, high);
  }
  return fmt::format(
      "in {}{}, {}{}", with_low ? '[' : '(', low, high, with_high ? ']' : ')');
}

} // namespace nanobrain
