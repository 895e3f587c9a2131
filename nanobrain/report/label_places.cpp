#include "nanobrain/report/label_places.h"

#include <algorithm>

namespace nanobrain {

namespace {

// Of kLabelStyle; wide enough for most fonts without serifs.
constexpr double kCharacter = 5.6;
constexpr double kAscent = 8;
constexpr double kDescent = 3;
constexpr double kGap = 8; // from the point's middle

bool overlap(const LabelPlaces::Box& a, const LabelPlaces::Box& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom &&
         b.top < a.bottom;
}

/// Bytes that begin a character of UTF-8.
double count_characters(std::string_view text) {
  return static_cast<double>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

} // namespace

void LabelPlaces::block(double x, double y, double half) {
  taken_.push_back({x - half, y - half, x + half, y + half});
}

std::optional<LabelPlaces::Place> LabelPlaces::find(
    double x, double y, std::string_view label) {
  const double width = kCharacter * count_characters(label);
  for (const double lower : {4.0, -6.0, 14.0, -16.0, 24.0}) {
    for (const bool right : {true, false}) {
      const double at = right ? x + kGap : x - kGap;
      const double left = right ? at : at - width;
      const double base = y + lower;
      const Box box{left, base - kAscent, left + width, base + kDescent};
      if (!is_free(box)) continue;
      taken_.push_back(box);
      return Place{at, base, right ? "start" : "end"};
    }
  }
  return std::nullopt;
}

bool LabelPlaces::is_free(const Box& box) const {
  return box.left >= frame_.left && box.right <= frame_.right &&
         box.top >= frame_.top && box.bottom <= frame_.bottom &&
         std::none_of(taken_.begin(), taken_.end(), [&](const Box& other) {
           return overlap(box, other);
         });
}

} // namespace nanobrain
