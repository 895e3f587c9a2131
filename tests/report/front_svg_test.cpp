#include "nanobrain/report/front_svg.h"

#include <set>

#include "nanobrain/base/error.h"
#include "tests/report/svg_elements.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

constexpr const char* kF32 = "#0072b2";
constexpr const char* kInt8 = "#d55e00";

/// Two cells, the deeper one better; three seeds.
class FrontSvg : public SvgTest {
 protected:
  void finish_all() {
    for (const int64_t seed : {1, 2, 3}) {
      const auto shift = 0.01 * static_cast<double>(seed);
      sweep_.finish(0, seed, 2.0 + shift);
      sweep_.finish(1, seed, 1.9 + 1.2 * shift);
    }
  }
  SweepSummary summary() const { return summarize_sweep(sweep_.folder()); }

  SweepResults sweep_;
};

TEST_F(FrontSvg, HasAMarkACellAndPrecisionOnEveryAxis) {
  finish_all();
  std::set<std::string> titles;
  for (const std::string& axis : axes(all_figures())) {
    const Json elements = svg_elements(front_svg(summary(), axis));
    std::vector<std::string> marks;
    for (const Json& mark : marks_of(elements)) marks.push_back(mark["title"]);
    ASSERT_EQ(marks.size(), 4u) << axis;
    EXPECT_EQ(marks[0], "1 layer, f32: 2.0200");
    EXPECT_EQ(marks[1], "2 layers, f32: 1.9240");
    // 0.01 nats a token of two bytes more: 0.0072 bits per byte.
    EXPECT_EQ(marks[2], "1 layer, int8: 2.0272");
    EXPECT_EQ(marks[3], "2 layers, int8: 1.9312");
    // Under the axis; every axis says something else.
    for (const Json& e : elements) {
      if (e["tag"] == "text" && number(e["attributes"]["y"]) > 420) {
        titles.insert(e["text"]);
      }
    }
  }
  EXPECT_EQ(titles.size(), axes(all_figures()).size());
}

TEST_F(FrontSvg, CountedNgramsAreRedLinesAndSayWhoLoses) {
  finish_all();
  EXPECT_THAT(front_svg(summary(), "parameters"), Not(HasSubstr("#b3261e")));
  write_ngrams(sweep_.folder(), {sweep_.id(0), sweep_.id(1)}, 2.5, 1.95);
  const std::string image = front_svg(summary(), "parameters");
  EXPECT_THAT(image, HasSubstr(">counted trigram 1.9500</text>"));
  EXPECT_THAT(image, HasSubstr("stroke-dasharray=\"7 4\""));
  EXPECT_THAT(
      image,
      HasSubstr(">LOSES to counting: 1 of 2 cells (counted trigram 1.9500)<"));
  // Far below the frame: words alone.
  write_ngrams(sweep_.folder(), {sweep_.id(0), sweep_.id(1)}, 2.5, 1.2);
  const std::string below = front_svg(summary(), "parameters");
  EXPECT_THAT(below, Not(HasSubstr("stroke-dasharray=\"7 4\"")));
  EXPECT_THAT(
      below,
      HasSubstr(">LOSES to counting: 2 of 2 cells (counted trigram 1.2000)<"));
}

TEST_F(FrontSvg, AReaderGetsTheFiguresFromTheAxes) {
  finish_all();
  const SweepSummary sweep = summary();
  const Json elements = svg_elements(front_svg(sweep, "parameters"));
  const Heights heights(elements);
  const Json marks = marks_of(elements);
  for (const size_t cell : {0, 1}) {
    const double bits = heights.bits(start_of(marks[cell]).second);
    EXPECT_NEAR(
        bits,
        sweep.cells[cell].f32->at("bits_per_byte").mean,
        heights.tolerance());
  }
  // More parameters are further right.
  EXPECT_LT(start_of(marks[0]).first, start_of(marks[1]).first);

  std::vector<std::pair<double, double>> intervals;
  for (const Json& e : elements) {
    const Json& at = e["attributes"];
    if (e["tag"] == "line" && at["stroke"] == kF32) {
      EXPECT_EQ(at["x1"], at["x2"]);
      intervals.emplace_back(number(at["y1"]), number(at["y2"]));
    }
  }
  ASSERT_EQ(intervals.size(), 2u);
  for (const size_t cell : {0, 1}) {
    const Estimate& e = sweep.cells[cell].f32->at("bits_per_byte");
    const auto [low, high] = intervals[cell];
    EXPECT_NEAR(heights.bits(low), e.low, heights.tolerance());
    EXPECT_NEAR(heights.bits(high), e.high, heights.tolerance());
  }
}

TEST_F(FrontSvg, ACostThatIsAnEstimateHasItsInterval) {
  finish_all();
  SweepSummary sweep = summary();
  Estimate& time = sweep.cells[0].f32->figures.at("forward_ms");
  time.low = 0.9; // about 1 ms
  time.high = 1.2;
  std::vector<double> ends;
  for (const Json& e : svg_elements(front_svg(sweep, "forward_ms"))) {
    const Json& at = e["attributes"];
    if (e["tag"] != "line" || at["stroke"] != kF32) continue;
    if (at["y1"] != at["y2"] || at["x1"] == at["x2"]) continue;
    ends = {number(at["x1"]), number(at["x2"])};
  }
  ASSERT_EQ(ends.size(), 2u);
  EXPECT_LT(ends[0], ends[1]);
}

TEST_F(FrontSvg, FillsSayWhoIsOnTheFront) {
  finish_all();
  SweepSummary sweep = summary();
  sweep.cells[0].f32->front["parameters"] = OnFront::kNoise;
  sweep.cells[1].f32->front["parameters"] = OnFront::kOff;
  const Json elements = svg_elements(front_svg(sweep, "parameters"));
  const Json marks = marks_of(elements);
  EXPECT_EQ(marks[0]["attributes"]["fill"], kF32);
  EXPECT_LT(number(marks[0]["attributes"]["fill-opacity"]), 0.5);
  EXPECT_EQ(marks[1]["attributes"]["fill"], "white");
  EXPECT_EQ(marks[2]["attributes"]["fill"], kInt8);
  EXPECT_EQ(number(marks[2]["attributes"]["fill-opacity"]), 1);
  // Only what is on it has its name beside it.
  EXPECT_THAT(texts_of(elements), Contains("1 layer"));
  EXPECT_THAT(texts_of(elements), Not(Contains("2 layers")));
}

TEST_F(FrontSvg, LabelsStayText) {
  finish_all();
  SweepSummary sweep = summary();
  const std::string hostile =
      "\"/></title></path><script>alert(1)</script><!-- & ]]>\x01\xff";
  sweep.cells[0].facts["overrides"] = {{"schedule.kind", hostile}};
  const Json elements = svg_elements(front_svg(sweep, "parameters"));
  std::set<std::string> tags;
  for (const Json& e : elements) tags.insert(e["tag"]);
  EXPECT_THAT(
      tags, ElementsAre("line", "path", "rect", "svg", "text", "title"));
  EXPECT_THAT(
      marks_of(elements)[0]["title"].get<std::string>(),
      HasSubstr("</path><script>alert(1)</script><!-- & ]]> \ufffd, f32"));
}

TEST_F(FrontSvg, DrawsOneCellAndCellsOfOneCost) {
  sweep_.finish(0, 1, 2.0);
  for (const bool both : {false, true}) {
    if (both) sweep_.finish(1, 1, 2.0);
    SweepSummary sweep = summary();
    sweep.cells[1].facts["parameters"] = sweep.cells[0].facts["parameters"];
    const std::string image = front_svg(sweep, "parameters");
    EXPECT_THAT(image, Not(HasSubstr("nan")));
    EXPECT_THAT(image, Not(HasSubstr("inf")));
    const Json elements = svg_elements(image);
    const Json marks = marks_of(elements);
    EXPECT_EQ(marks.size(), both ? 4u : 2u);
    for (const Json& mark : marks) {
      const auto [x, y] = start_of(mark);
      EXPECT_GT(x, 78);
      EXPECT_LT(x, 696);
      EXPECT_GT(y, 44 - 5);
      EXPECT_LT(y, 378);
    }
    for (const Json& e : elements) { // no intervals of one seed
      if (e["tag"] != "line") continue;
      EXPECT_NE(e["attributes"]["stroke"], kF32);
      EXPECT_NE(e["attributes"]["stroke"], kInt8);
    }
    // No figure stands at two places of an axis.
    const auto texts = texts_of(elements);
    std::multiset<std::string> figures;
    for (const std::string& text : texts) {
      if (text.find_first_of("0123456789") == 0) figures.insert(text);
    }
    for (const std::string& text : figures) EXPECT_EQ(figures.count(text), 1u);
  }
}

TEST_F(FrontSvg, NeedsARunThatIsDone) {
  EXPECT_ERROR(Error, "no run is done", front_svg(summary(), "parameters"));
}

} // namespace
} // namespace nanobrain::testing
