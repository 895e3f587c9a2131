// An SVG image as an XML parser of others reads it, and the front's as a reader
// takes figures from it.
#pragma once

#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "nanobrain/base/json.h"
#include "tests/support/support.h"

namespace nanobrain::testing {

/// [{"tag", "attributes", "text", "title"}] of every element, in order, by
/// Python's parser (expat). Throws where it is not well-formed XML.
inline Json svg_elements(const std::string& image) {
  constexpr const char* kScript = R"(
import json, sys, xml.etree.ElementTree as tree
NAME = "{http://www.w3.org/2000/svg}"
root = tree.parse(sys.argv[1]).getroot()
assert root.tag == NAME + "svg"
print(json.dumps([{"tag": e.tag.removeprefix(NAME), "attributes": e.attrib,
                   "text": e.text or "",
                   "title": e.findtext(NAME + "title") or ""}
                  for e in root.iter()]))
)";
  const TempDir scratch;
  write_text(scratch / "image.svg", image);
  const auto result =
      run_process({python(), "-c", kScript, scratch / "image.svg"});
  if (result.exit_code != 0) throw std::runtime_error(result.err);
  return Json::parse(result.out);
}

/// A test that reads images.
class SvgTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(python())) {
      GTEST_SKIP() << "no test Python: cmake/bootstrap.sh --tests";
    }
  }
};

inline double number(const Json& attribute) {
  return std::stod(attribute.get<std::string>());
}

/// The marks: outlines with a title.
inline Json marks_of(const Json& elements) {
  Json marks = Json::array();
  for (const Json& e : elements) {
    if (e["tag"] == "path" && e["title"] != "") marks.push_back(e);
  }
  return marks;
}

inline std::vector<std::string> texts_of(const Json& elements) {
  std::vector<std::string> texts;
  for (const Json& e : elements) {
    if (e["tag"] == "text") texts.push_back(e["text"]);
  }
  return texts;
}

/// Bits per byte at a height, as a reader takes them from the axis.
class Heights {
 public:
  explicit Heights(const Json& elements) {
    for (const Json& e : elements) {
      const Json& at = e["attributes"];
      if (e["tag"] != "text" || at["text-anchor"] != "end") continue;
      char* end = nullptr;
      const auto text = e["text"].get<std::string>();
      const double v = std::strtod(text.c_str(), &end);
      if (text.empty() || *end != '\0') continue;
      ticks_.emplace_back(number(at["y"]) - 4, v); // the baseline is lower
    }
  }
  double bits(double y) const {
    const auto [y0, v0] = ticks_.front();
    const auto [y1, v1] = ticks_.back();
    return v0 + (y - y0) / (y1 - y0) * (v1 - v0);
  }
  /// What places of one decimal leave open.
  double tolerance() const { return 2 * std::abs(bits(0.1) - bits(0)); }

 private:
  std::vector<std::pair<double, double>> ticks_;
};

/// A path's first point.
inline std::pair<double, double> start_of(const Json& mark) {
  const auto d = mark["attributes"]["d"].get<std::string>();
  char* rest = nullptr;
  const double x = std::strtod(d.c_str() + 1, &rest);
  return {x, std::strtod(rest, nullptr)};
}

} // namespace nanobrain::testing
