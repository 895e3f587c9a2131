// JSON Lines: agreement with another parser, and a message for every fault.
#include <string>

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/documents/format_reader.h"
#include "tests/data/document_files.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;
using namespace ::testing;

Documents read_lines(
    const std::string& lines, const DocumentOptions& options = {}) {
  const TempDir dir;
  write_text(dir / "a.jsonl", lines);
  return read_all({dir / "a.jsonl"}, options);
}

TEST(JsonLines, TheTextIsTheValueOfTheKey) {
  EXPECT_THAT(
      read_lines("{\"text\": \"one\"}\n"
                 " {\"a\":{\"text\":\"no\"},\"text\":\"two\",\"b\":[1,{}]} \r\n"
                 "\n   \n"
                 "{\"n\":-1.5e+3,\"t\":true,\"f\":false,\"z\":null,"
                 "\"text\":\"three\"}"),
      ElementsAre("one", "two", "three"));
  EXPECT_THAT(
      read_lines("{\"text\":\"x\",\"body\":\"y\"}\n", {.text_key = "body"}),
      ElementsAre("y"));
  // After a byte-order mark; of two members of one name the last counts.
  EXPECT_THAT(
      read_lines("\xEF\xBB\xBF{\"text\":\"one\",\"text\":\"two\"}\n"),
      ElementsAre("two"));
}

TEST(JsonLines, EscapesAreUndone) {
  EXPECT_THAT(
      read_lines(R"({"text":"\"\\\/\b\f\n\r\t \u00e9 \u20AC \ud83d\ude00"})"),
      ElementsAre("\"\\/\b\f\n\r\t \u00e9 \u20ac \U0001F600"));
  EXPECT_THAT(
      read_lines(R"({"text":"a\u0000b"})"),
      ElementsAre(std::string("a\0b", 3)));
  EXPECT_THAT(read_lines(R"({"te\u0078t":"key"})"), ElementsAre("key"));
}

TEST(JsonLines, NullAndEmptyTextsAreCountedAsEmpty) {
  const TempDir dir;
  write_text(
      dir / "a.jsonl", "{\"text\":null}\n{\"text\":\"\"}\n{\"text\":\"x\"}\n");
  const auto reader = open_documents({dir / "a.jsonl"});
  EXPECT_THAT(read_all(*reader), ElementsAre("x"));
  EXPECT_EQ(reader->counts().skipped_empty, 2);
}

TEST(JsonLines, LoneSurrogatesMakeADocumentInvalid) {
  const std::string lines =
      "{\"text\":\"a\\ud800b\"}\n{\"text\":\"\\udc00\"}\n"
      "{\"text\":\"\\ud800\\ud83d\\ude00\"}\n{\"text\":\"\\ud800\\n\"}\n"
      "{\"text\":\"fine\"}\n";
  EXPECT_THAT(read_lines(lines), ElementsAre("fine"));
  EXPECT_THAT(
      read_lines(lines, {.invalid_utf8 = "replace"}),
      ElementsAre(
          "a\uFFFDb", "\uFFFD", "\uFFFD\U0001F600", "\uFFFD\n", "fine"));
}

TEST(JsonLines, TooLongIsMeasuredOnTheTextWithoutItsEscapes) {
  EXPECT_THAT(
      read_lines(
          "{\"other\":\"" + std::string(1000, 'x') +
              "\",\"text\":\"\\u0061\\u0062\\u0063\\u0064\"}\n"
              "{\"text\":\"abcde\"}\n",
          {.max_document_bytes = 4}),
      ElementsAre("abcd"));
}

TEST(JsonLines, FaultsNameFileAndLine) {
  const std::pair<std::string, std::string> faults[] = {
      {R"({"id":1,"body":"y"})",
       "has no key \"text\"; its keys are: id, body; name one by --text-key"},
      {R"({"text":12})",
       "the value of \"text\" must be a string, but is a number"},
      {R"({"text":true})", "must be a string, but is true or false"},
      {R"({"text":["x"]})", "must be a string, but is a list"},
      {R"({"text":{}})", "must be a string, but is an object"},
      {"{\"text\":\"x\"", "the line ends where ',' or '}' should be"},
      {"{\"text\":\"x", "the line ends where the end of a string should be"},
      {"{\"text\":", "ends where a value should be: it is truncated; get the"},
      {"{", "the line ends where a string should be"},
      {"[1]", "a JSON object should be where '[' is"},
      {"text", "a JSON object should be where 't' is"},
      {"{\"text\":\"x\"} y", "the end of the line should be where 'y' is"},
      {"{\"text\" \"x\"}",
       "':' should be where '\"' is; correct the line or get"},
      {"{\"a\":1 \"text\":\"x\"}", "',' or '}' should be where '\"' is"},
      {"{\"text\":\"x\",}", "a string should be where '}' is"},
      {"{\"a\":01,\"text\":\"x\"}", "',' or '}' should be where '1' is"},
      {"{\"a\":NaN}", "a value should be where 'N' is"},
      {"{\"a\":1.}", "a value should be where '}' is"},
      {"{\"a\":[1,]}", "a value should be where ']' is"},
      {"{\"a\":tru}", "true should be where '}' is"},
      {"{\"text\":\"\\x\"}", "an escape such as \\n should be where 'x' is"},
      {"{\"text\":\"\\u12g4\"}", "four hex digits after \\u should be"},
      {"{\"text\":\"a\tb\"}", "should be where the byte 0x09 is"}};
  for (const auto& [line, message] : faults) {
    const std::string lines = "{\"text\":\"fine\"}\n\n" + line + "\n";
    const std::string fault =
        testing::error_of<Error>([&] { read_lines(lines); });
    EXPECT_THAT(fault, HasSubstr("a.jsonl, line 3] "));
    EXPECT_THAT(fault, HasSubstr(message));
  }
  EXPECT_ERROR(
      Error,
      "line 1] the file ends where the end of a string should be",
      read_lines("{\"text\":\"x"));
}

TEST(JsonLines, NestingHasALimit) {
  const auto nested = [](size_t depth) {
    return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') +
           ",\"text\":\"x\"}\n";
  };
  EXPECT_THAT(read_lines(nested(400)), ElementsAre("x"));
  EXPECT_ERROR(
      Error, "line 1] is nested deeper than 500", read_lines(nested(100000)));
}

std::string random_string(Random& random) {
  using namespace std::string_view_literals;
  constexpr std::u32string_view kCharacters =
      U"a\"\\\n\t\0\u00e9\u20ac\U0001F600{}\x7f"sv;
  std::string text;
  for (uint64_t i = random.below(12); i > 0; --i) {
    append_utf8(kCharacters[random.below(kCharacters.size())], text);
  }
  return text;
}

/// A random JSON value, at most `depth` deep.
Json random_value(Random& random, int depth) {
  const uint64_t kind = random.below(depth > 0 ? 7 : 5);
  if (kind == 0) return nullptr;
  if (kind == 1) return random.below(2) == 1;
  if (kind == 2) return static_cast<int64_t>(random());
  if (kind == 3) return (random.uniform() - 0.5) * 1e9;
  if (kind == 4) return random_string(random);
  Json value = kind == 5 ? Json::array() : Json::object();
  for (uint64_t i = random.below(4); i > 0; --i) {
    const Json member = random_value(random, depth - 1);
    if (kind == 5) value.push_back(member);
    if (kind == 6) value[std::to_string(random.below(100))] = member;
  }
  return value;
}

TEST(JsonLines, AgreesWithAnotherParserOnRandomObjects) {
  Random random(3);
  std::string lines;
  Documents expected;
  for (int i = 0; i < 3000; ++i) {
    Json object = random_value(random, 3);
    if (!object.is_object()) object = {{"value", object}};
    const std::string text = random_string(random);
    object["text"] = text;
    object["after"] = random_value(random, 2);
    const bool ascii = random.below(2) == 1; // \u escapes or UTF-8
    lines += object.dump(-1, ' ', ascii) + "\n";
    if (!text.empty()) expected.push_back(text);
  }
  EXPECT_EQ(read_lines(lines), expected);
}

// The same strings across the 256 KiB blocks of the file.
TEST(JsonLines, BlocksEndAnywhere) {
  const std::string line = R"({"text":"\u20ac\ud83d\ude00\n","n":[-12.5e3]})";
  for (size_t shift = 0; shift < line.size(); ++shift) {
    const std::string lines = "{\"text\":\"y\",\"pad\":\"" +
                              std::string(262144 - 22 - shift, 'x') + "\"}\n" +
                              line + "\n";
    ASSERT_THAT(read_lines(lines), ElementsAre("y", "\u20ac\U0001F600\n"))
        << shift;
  }
}

} // namespace
} // namespace nanobrain
