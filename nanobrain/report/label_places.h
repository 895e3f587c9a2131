// Where a chart has room for the names of its points.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace nanobrain {

/// Of labels.
inline constexpr const char* kLabelStyle =
    "font-size=\"10\" fill=\"#333\" stroke=\"white\" stroke-width=\"3\" "
    "paint-order=\"stroke\"";

/// Places labels one after the other, so that none lies on a point, another
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
