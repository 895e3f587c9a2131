// What a chart is drawn with: a scalable image (SVG 1.1), its axes, and places
// for the names of its points.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nanobrain {

class Svg {
 public:
  /// Of so many points, on white.
  Svg(double width, double height);

  /// `style`: attributes, such as stroke="#777".
  void line(double x1, double y1, double x2, double y2, std::string_view style);
  /// `anchor`: start, middle or end.
  void text(
      double x,
      double y,
      std::string_view anchor,
      std::string_view words,
      std::string_view style = {});
  /// An outline by the commands of SVG's path, with a title for the mouse.
  void path(
      std::string_view commands,
      std::string_view style,
      std::string_view title = {});

  /// The whole image.
  std::string finish() &&;

 private:
  std::string image_;
};

class Axis {
 public:
  /// From `low` to `high` (low < high), drawn from `at_low` to `at_high`;
  /// logarithmic where it spans a factor of 4 or more above 0.
  Axis(double low, double high, double at_low, double at_high);

  double operator()(double v) const;
  /// Round numbers between the ends, some 3 to 10 of them.
  std::vector<double> ticks() const;

 private:
  double low_, high_;
  double at_low_, at_high_;
  bool logarithmic_;
};

/// "2.18 M", "730 k", "12.5": four digits, for a unit to follow.
std::string format_short(double v);

/// Of labels.
inline constexpr const char* kLabelStyle =
    "font-size=\"10\" fill=\"#333\" stroke=\"white\" stroke-width=\"3\" "
    "paint-order=\"stroke\"";

/// Places labels one after the other, so that none is on a point, another
/// label or the frame.
class LabelPlaces {
 public:
  struct Box {
    double left, top, right, bottom;
  };
  struct Place {
    double x, y; // of the text's baseline
    const char* anchor;
  };

  explicit LabelPlaces(Box frame) : frame_(frame) {}
  /// Keeps the square around a point free.
  void block(double x, double y, double half);
  /// Beside the point, right of it where possible; none where there is no room.
  std::optional<Place> find(double x, double y, std::string_view label);

 private:
  bool is_free(const Box& box) const;

  Box frame_;
  std::vector<Box> taken_;
};

} // namespace nanobrain
