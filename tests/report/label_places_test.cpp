#include "nanobrain/report/label_places.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "nanobrain/base/random.h"

namespace nanobrain {
namespace {

using Box = LabelPlaces::Box;

constexpr Box kFrame{78, 44, 696, 378};
constexpr double kMark = 5;

/// What Helvetica's digits cover at ten points: 0.556 wide, 0.718 up, 0.207
/// down (its metrics by Adobe).
Box ink(const LabelPlaces::Place& place, size_t characters) {
  const double width = 5.56 * static_cast<double>(characters);
  const double left =
      std::string(place.anchor) == "end" ? place.x - width : place.x;
  return {left, place.y - 7.18, left + width, place.y + 2.07};
}

Box mark(double x, double y) {
  return {x - kMark, y - kMark, x + kMark, y + kMark};
}

bool apart(const Box& a, const Box& b) {
  return a.right <= b.left || b.right <= a.left || a.bottom <= b.top ||
         b.bottom <= a.top;
}

TEST(LabelPlaces, NothingLiesOnAnythingElse) {
  Random random(2);
  size_t placed = 0;
  size_t refused = 0;
  for (int trial = 0; trial < 100; ++trial) {
    LabelPlaces places(kFrame);
    std::vector<std::pair<double, double>> points;
    for (int i = 0; i < 80; ++i) {
      const double x = kFrame.left + 618 * random.uniform();
      const double y = kFrame.top + 334 * random.uniform();
      points.emplace_back(x, y);
      places.block(x, y, kMark);
    }
    std::vector<Box> labels;
    for (const auto& [x, y] : points) {
      const size_t characters = 1 + random.below(25);
      const auto place = places.find(x, y, std::string(characters, '8'));
      if (!place) {
        ++refused;
        continue;
      }
      ++placed;
      const Box box = ink(*place, characters);
      EXPECT_GE(box.left, kFrame.left);
      EXPECT_LE(box.right, kFrame.right);
      EXPECT_GE(box.top, kFrame.top);
      EXPECT_LE(box.bottom, kFrame.bottom);
      for (const Box& other : labels) EXPECT_TRUE(apart(box, other));
      for (const auto& [px, py] : points) {
        EXPECT_TRUE(apart(box, mark(px, py)));
      }
      labels.push_back(box);
    }
  }
  // Most have room, and some have none.
  EXPECT_GT(placed, 4000u);
  EXPECT_GT(refused, 0u);
}

TEST(LabelPlaces, ALabelStandsRightOfItsPointWhereItCan) {
  LabelPlaces places(kFrame);
  places.block(300, 200, kMark);
  const auto right = places.find(300, 200, "2 layers");
  ASSERT_TRUE(right);
  EXPECT_STREQ(right->anchor, "start");
  EXPECT_GT(right->x, 300 + kMark);
  EXPECT_LT(std::abs(right->y - 200), 10);
  // At the frame's right end it turns round.
  places.block(690, 300, kMark);
  const auto left = places.find(690, 300, "2 layers");
  ASSERT_TRUE(left);
  EXPECT_STREQ(left->anchor, "end");
  EXPECT_LT(left->x, 690 - kMark);
}

TEST(LabelPlaces, OfOnePointTheyStandOverEachOther) {
  LabelPlaces places(kFrame);
  places.block(300, 200, kMark);
  std::vector<Box> boxes;
  while (const auto place = places.find(300, 200, "2 layers")) {
    boxes.push_back(ink(*place, 8));
    ASSERT_LT(boxes.size(), 50u);
  }
  EXPECT_GE(boxes.size(), 4u);
  for (size_t i = 0; i < boxes.size(); ++i) {
    for (size_t k = 0; k < i; ++k) EXPECT_TRUE(apart(boxes[i], boxes[k]));
  }
}

TEST(LabelPlaces, CountsCharactersNotBytes) {
  // Room for some nine characters on one line.
  const Box small{0, 0, 60, 20};
  EXPECT_TRUE(LabelPlaces(small).find(0, 10, "12345678"));
  EXPECT_TRUE(LabelPlaces(small).find(0, 10, "éééééééé"));
  EXPECT_FALSE(LabelPlaces(small).find(0, 10, "1234567812345678"));
}

} // namespace
} // namespace nanobrain
