// An SVG image as an XML parser of others reads it.
#pragma once

#include <stdexcept>
#include <string>

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

} // namespace nanobrain::testing
