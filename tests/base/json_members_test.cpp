#include "nanobrain/base/json_members.h"

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

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

TEST(JsonMembers, OtherJsonIsRefused) {
  EXPECT_ERROR(Error, "[here] is not a JSON object", members_of("[1]"));
  EXPECT_ERROR(Error, "[here] is not a JSON object", members_of("7"));
  EXPECT_ERROR(
      Error,
      "[here] has an object or a list as \"a\"; a plain",
      members_of(R"({"a": {}})"));
  EXPECT_ERROR(Error, "list as \"b\"", members_of(R"({"a": 1, "b": [2]})"));
}

TEST(JsonMembers, SaysWhereTheTextIsWrong) {
  EXPECT_ERROR(
      Error,
      "[here] is not valid JSON at line 2, column 8: ",
      members_of("{\"a\": 1,\n \"b\": 2"));
}

TEST(JsonMembers, RefusesNumbersPastDoubles) {
  EXPECT_ERROR(
      Error,
      "[here] is not valid JSON: number overflow parsing '1e999'",
      members_of(R"({"a": 1e999})"));
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
