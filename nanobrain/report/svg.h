// A scalable image (SVG 1.1), element by element.
#pragma once

#include <string>
#include <string_view>

namespace nanobrain {

/// Text for XML: its five characters escaped, what XML has no place for
/// (control characters, bytes that are not UTF-8) replaced.
std::string escape_xml(std::string_view text);

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

} // namespace nanobrain
