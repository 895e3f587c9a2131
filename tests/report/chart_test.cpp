#include "nanobrain/report/chart.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "nanobrain/base/random.h"
#include "nanobrain/base/utf8.h"
#include "tests/report/svg_elements.h"

namespace nanobrain::testing {
namespace {

/// What a reader of the image gets of words in it.
std::string read_back(const std::string& words) {
  Svg image(10, 10);
  image.text(1, 2, "start", words);
  return svg_elements(std::move(image).finish())[2]["text"];
}

TEST_F(SvgTest, EveryCharacterOfXmlIsReadBack) {
  std::string words =
      "a < b && \"c\" > 'd' ]]> &amp; &#38; <!-- <script> "
      "é漢🙂\u2028\u202e";
  std::string wanted = words;
  const auto add = [&](char32_t c) {
    append_utf8(c, words);
    // Production 2 of XML 1.0, "Char", less the three controls in it.
    const bool has_place = c >= 0x20 && c != 0xFFFE && c != 0xFFFF;
    append_utf8(has_place ? c : c < 0x20 ? U' ' : U'\ufffd', wanted);
  };
  for (char32_t c = 0; c <= 0xFFFF; ++c) {
    if (c < 0xD800 || c > 0xDFFF) add(c); // surrogates are no characters
  }
  for (const char32_t c : {0x10000, 0x1F642, 0x1FFFE, 0x10FFFF}) add(c);
  EXPECT_TRUE(read_back(words) == wanted); // too long to print
}

TEST_F(SvgTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(
      read_back("a\xff"
                "b\xc3 \xed\xa0\x80 c\xf0\x9f"),
      "a\ufffdb\ufffd \ufffd\ufffd\ufffd c\ufffd");
}

TEST_F(SvgTest, AnImageHasItsSizeAndElements) {
  Svg image(720, 440);
  image.line(1, 2.25, 3, 4.06, "stroke=\"#777\"");
  image.path("M0 0h5", "fill=\"none\"", "<one> & \"two\"");
  image.text(7, 8, "middle", "nine", "font-size=\"10\"");
  const Json elements = svg_elements(std::move(image).finish());
  ASSERT_EQ(elements.size(), 6u); // with the ground and the path's title
  EXPECT_EQ(elements[0]["attributes"]["viewBox"], "0 0 720 440");
  EXPECT_EQ(elements[0]["attributes"]["width"], "720");
  const Json& line = elements[2]["attributes"];
  EXPECT_EQ(line["x1"], "1.0");
  EXPECT_EQ(line["y2"], "4.1");
  EXPECT_EQ(line["stroke"], "#777");
  EXPECT_EQ(elements[3]["attributes"]["d"], "M0 0h5");
  EXPECT_EQ(elements[3]["title"], "<one> & \"two\"");
  EXPECT_EQ(elements[5]["attributes"]["text-anchor"], "middle");
  EXPECT_EQ(elements[5]["attributes"]["font-size"], "10");
  EXPECT_EQ(elements[5]["text"], "nine");
}

/// v as m in v = m * 10^k, 1 <= m < 10.
double mantissa(double v) {
  return v / std::pow(10, std::floor(std::log10(v) + 1e-9));
}

bool is_one_two_or_five(double v) {
  const double m = mantissa(v);
  return std::abs(m - 1) < 1e-6 || std::abs(m - 2) < 1e-6 ||
         std::abs(m - 5) < 1e-6;
}

/// Multiples of 1, 2 or 5 times a power of ten, all at one distance.
bool are_even(const std::vector<double>& ticks) {
  const double step =
      (ticks.back() - ticks.front()) / static_cast<double>(ticks.size() - 1);
  for (const double v : ticks) {
    if (std::abs(v / step - std::round(v / step)) > 1e-4) return false;
  }
  return is_one_two_or_five(step);
}

/// What every axis promises of its ticks.
void expect_good_ticks(double low, double high) {
  const auto ticks = Axis(low, high, 0, 1).ticks();
  SCOPED_TRACE(std::to_string(low) + " to " + std::to_string(high));
  ASSERT_GE(ticks.size(), 3u);
  EXPECT_LE(ticks.size(), 10u);
  for (size_t i = 0; i < ticks.size(); ++i) {
    EXPECT_GE(ticks[i], low);
    EXPECT_LE(ticks[i], high);
    EXPECT_FALSE(ticks[i] == 0 && std::signbit(ticks[i]));
    if (i > 0) {
      EXPECT_GT(ticks[i], ticks[i - 1]);
    }
  }
  const bool of_decades = std::all_of(ticks.begin(), ticks.end(), [](double v) {
    return v > 0 && is_one_two_or_five(v);
  });
  EXPECT_TRUE(of_decades || are_even(ticks));
}

TEST(Axis, IsLogarithmicFromAFactorOfFour) {
  for (const double high : {2.5, 2000.0}) { // evenly, by logarithms
    const Axis axis(2, high, 378, 44);
    EXPECT_DOUBLE_EQ(axis(2), 378);
    EXPECT_DOUBLE_EQ(axis(high), 44);
  }
  EXPECT_DOUBLE_EQ(Axis(1, 4, 0, 100)(2), 50);
  EXPECT_DOUBLE_EQ(Axis(1, 3.9, 0, 100)(2), 100 / 2.9);
  // There is no logarithm of these.
  EXPECT_DOUBLE_EQ(Axis(0, 100, 0, 100)(50), 50);
  EXPECT_DOUBLE_EQ(Axis(-100, 100, 0, 100)(0), 50);
}

TEST(Axis, HasAFewRoundTicksBetweenItsEnds) {
  Random random(4);
  for (int trial = 0; trial < 2000; ++trial) {
    // Spans from a ten-thousandth of a figure to 15 decades.
    const double low = std::pow(10, -6 + 20 * random.uniform());
    const double span = std::pow(10, -4 + 6 * random.uniform());
    expect_good_ticks(low, low * (1 + span));
    expect_good_ticks(low, low * std::pow(10, 1 + 14 * random.uniform()));
    expect_good_ticks(-low, -low + low * span);
    expect_good_ticks(-low, low * span);
  }
}

TEST(FormatShort, GivesFourDigitsAndAPrefix) {
  const std::map<double, const char*> texts = {
      {0, "0"},
      {12.5, "12.5"},
      {999.4, "999.4"},
      {999.96, "1 k"}, // what rounds up takes the next prefix
      {1000, "1 k"},
      {730'000, "730 k"},
      {999'960, "1 M"},
      {-2'314'240, "-2.314 M"},
      {1.5e18, "1.5 E"}};
  for (const auto& [v, text] : texts) EXPECT_EQ(format_short(v), text);
}

TEST(FormatShort, IsReadBackToFourDigits) {
  const std::string prefixes = " kMGTPE";
  Random random(7);
  for (int trial = 0; trial < 2000; ++trial) {
    const double v = std::pow(10, 20 * random.uniform());
    const std::string text = format_short(v);
    size_t end = 0;
    const double shown = std::stod(text, &end);
    EXPECT_LT(shown, 1000) << text;
    const char prefix = end < text.size() ? text.back() : ' ';
    const auto power = static_cast<double>(prefixes.find(prefix));
    EXPECT_NEAR(shown * std::pow(1000, power) / v, 1, 0.5e-3) << text;
  }
}

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

TEST(LabelPlaces, CountsCharactersNotBytes) {
  // Room for some nine characters on one line.
  const Box small{0, 0, 60, 20};
  EXPECT_TRUE(LabelPlaces(small).find(0, 10, "12345678"));
  EXPECT_TRUE(LabelPlaces(small).find(0, 10, "éééééééé"));
  EXPECT_FALSE(LabelPlaces(small).find(0, 10, "1234567812345678"));
}

} // namespace
} // namespace nanobrain::testing
