#include "nanobrain/report/svg.h"

#include "tests/report/svg_elements.h"

namespace nanobrain::testing {
namespace {

/// A code point as UTF-8, by the table of RFC 3629.
std::string utf8(uint32_t c) {
  const auto byte = [](uint32_t b) {
    return std::string(1, static_cast<char>(b));
  };
  const auto rest = [&](int shift) { return byte(0x80 | (c >> shift & 0x3F)); };
  if (c < 0x80) return byte(c);
  if (c < 0x800) return byte(0xC0 | c >> 6) + rest(0);
  if (c < 0x10000) return byte(0xE0 | c >> 12) + rest(6) + rest(0);
  return byte(0xF0 | c >> 18) + rest(12) + rest(6) + rest(0);
}

/// What a reader of the image gets of words in it.
std::string read_back(const std::string& words) {
  Svg image(10, 10);
  image.text(1, 2, "start", words);
  return svg_elements(std::move(image).finish())[2]["text"];
}

TEST_F(SvgTest, TextIsReadBackAsItWas) {
  const std::string words =
      "a < b && \"c\" > 'd' ]]> &amp; &#38; <!-- <script> "
      "é漢🙂\u2028\u202e";
  EXPECT_EQ(read_back(words), words);
}

TEST_F(SvgTest, EveryCharacterOfXmlIsReadBack) {
  std::string words;
  std::string wanted;
  const auto add = [&](uint32_t c) {
    words += utf8(c);
    // Production 2 of XML 1.0, "Char", less the three controls in it.
    const bool has_place = c >= 0x20 && c != 0xFFFE && c != 0xFFFF;
    wanted += has_place ? utf8(c) : c < 0x20 ? " " : "\ufffd";
  };
  for (uint32_t c = 0; c <= 0xFFFF; ++c) {
    if (c < 0xD800 || c > 0xDFFF) add(c); // surrogates are no characters
  }
  for (const uint32_t c : {0x10000u, 0x1F642u, 0x1FFFEu, 0x10FFFFu}) add(c);
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

} // namespace
} // namespace nanobrain::testing
