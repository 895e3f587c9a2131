#include "nanobrain/base/json.h"

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::TempDir;

/// Texts, and words of the message that refuses them.
using Faults = std::vector<std::pair<std::string, std::string>>;

TEST(Json, KeepsTheOrderOfKeys) {
  EXPECT_EQ(
      parse_json(R"({"b": 1, "a": [true, null]})", "text").dump(),
      R"({"b":1,"a":[true,null]})");
  EXPECT_EQ(parse_json("1e-999", "here"), 0.0);
}

std::string nested(size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

/// A deeper value, copied or dumped, would overflow the stack.
TEST(Json, RefusesToGoTooDeep) {
  EXPECT_EQ(parse_json(nested(256), "here").dump(), nested(256));
  const std::string text = "\"" + std::string(300, '[') + "\\\"\"";
  EXPECT_EQ(parse_json(text, "here").size(), 1u);
}

TEST(Json, SaysWhereTheTextIsWrong) {
  const std::string invalid = "[here] is not valid JSON";
  const std::string deep = "[here] is JSON nested deeper than the 256 levels";
  for (const auto& [text, message] : Faults{
           {"{\n  \"a\": }", invalid + " at line 2, column 8: "},
           {"", invalid + " at line 1, column 1: "},
           {"{} {}", invalid},
           {"\"\xff\"", invalid},
           {"[-1e999]", invalid + ": number overflow parsing '-1e999'"},
           {nested(257), deep},
           {nested(1'000'000), deep},
           {"{\"a\\\"\": " + nested(299) + "}", deep}}) {
    EXPECT_ERROR(Error, message, parse_json(text, "here"));
  }
}

TEST(Json, FilesAreReadAndWritten) {
  const TempDir dir;
  write_json(dir / "file", {{"a", 1}});
  EXPECT_EQ(testing::read_text(dir / "file"), "{\n  \"a\": 1\n}\n");
  EXPECT_EQ(read_json(dir / "file"), Json({{"a", 1}}));
  // A string that is not UTF-8 does not cost the file.
  write_json(dir / "file", {{"name", "a\xff"}});
  EXPECT_EQ(read_json(dir / "file")["name"], "a\ufffd");
  testing::write_text(dir / "bad", "[1,");
  EXPECT_ERROR(Error, "bad] is not valid JSON", read_json(dir / "bad"));
  EXPECT_ERROR(Error, "cannot be opened", read_json(dir / "absent"));
}

std::string members_of(std::string_view text) {
  std::string seen;
  parse_json_members(text, "here", [&](const std::string& key, const Json& v) {
    seen += key + "=" + v.dump() + " ";
  });
  return seen;
}

TEST(JsonMembers, ComeInOrderRepeatedOnesToo) {
  EXPECT_EQ(
      members_of(R"({"b": 1, "a": "x", "b": null, "\u0120": 2.5})"),
      "b=1 a=\"x\" b=null \u0120=2.5 ");
  EXPECT_EQ(members_of("{}"), "");
}

TEST(JsonMembers, OtherTextsAreRefused) {
  for (const auto& [text, message] : Faults{
           {"[1]", "[here] is not a JSON object"},
           {"7", "[here] is not a JSON object"},
           {R"({"a": {}})", "[here] has an object or a list as \"a\"; a plain"},
           {R"({"a": 1, "b": [2]})", "list as \"b\""},
           {"{\"a\": 1,\n \"b\": 2", "is not valid JSON at line 2, column 8: "},
           {R"({"a": 1e999})", "[here] is not valid JSON: number overflow"}}) {
    EXPECT_ERROR(Error, message, members_of(text));
  }
}

TEST(JsonMembers, ManyMembersTakeNoSquare) {
  // A search through the keys before each would take hours.
  std::string text = "{";
  for (int i = 0; i < 1'000'000; ++i) {
    text += fmt::format("{}\"{}\": {}", i == 0 ? "" : ",", i, i);
  }
  int64_t sum = 0;
  parse_json_members(
      text + "}", "here", [&](const std::string&, const Json& v) {
        sum += v.get<int64_t>();
      });
  EXPECT_EQ(sum, 499'999'500'000);
}

} // namespace
} // namespace nanobrain
