#include "nanobrain/base/json.h"

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::read_text;
using testing::TempDir;
using testing::write_text;

TEST(Json, KeepsTheOrderOfKeys) {
  EXPECT_EQ(
      parse_json(R"({"b": 1, "a": [true, null]})", "text").dump(),
      R"({"b":1,"a":[true,null]})");
}

TEST(Json, SaysWhereTheTextIsWrong) {
  EXPECT_ERROR(
      Error,
      "[config.json] is not valid JSON at line 2, column 8: ",
      parse_json("{\n  \"a\": }", "config.json"));
  EXPECT_ERROR(
      Error,
      "[here] is not valid JSON at line 1, column 1: ",
      parse_json("", "here"));
  EXPECT_ERROR(Error, "is not valid JSON", parse_json("{} {}", "here"));
  EXPECT_ERROR(Error, "is not valid JSON", parse_json("\"\xff\"", "here"));
}

TEST(Json, RefusesNumbersPastDoubles) {
  EXPECT_ERROR(
      Error,
      "[here] is not valid JSON: number overflow parsing '-1e999'",
      parse_json("[-1e999]", "here"));
  EXPECT_EQ(parse_json("1e-999", "here"), 0.0);
}

/// Such a value, copied or dumped, would overflow the stack.
TEST(Json, RefusesToGoTooDeep) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(parse_json(nested(256), "here").dump(), nested(256));
  EXPECT_ERROR(
      Error,
      "[here] is JSON nested 257 deep, but nanobrain reads at most 256",
      parse_json(nested(257), "here"));
  EXPECT_ERROR(
      Error, "nested 1000000 deep", parse_json(nested(1'000'000), "here"));
  EXPECT_ERROR(
      Error,
      "nested 300 deep",
      parse_json("{\"a\\\"\": " + nested(299) + "}", "here"));
  const std::string text = "\"" + std::string(300, '[') + "\\\"\"";
  EXPECT_EQ(parse_json(text, "here").size(), 1u);
}

TEST(Json, FilesAreReadAndWritten) {
  const TempDir dir;
  write_json(dir / "file", {{"a", 1}});
  EXPECT_EQ(read_text(dir / "file"), "{\n  \"a\": 1\n}\n");
  EXPECT_EQ(read_json(dir / "file"), Json({{"a", 1}}));
  write_text(dir / "bad", "[1,");
  EXPECT_ERROR(
      Error,
      (dir / "bad").string() + "] is not valid JSON",
      read_json(dir / "bad"));
  EXPECT_ERROR(Error, "cannot be opened", read_json(dir / "absent"));
}

TEST(Json, AStringThatIsNotUtf8DoesNotCostTheFile) {
  const TempDir dir;
  write_json(dir / "file", {{"name", "a\xff"}});
  EXPECT_EQ(read_json(dir / "file")["name"], "a\ufffd");
}

} // namespace
} // namespace nanobrain
