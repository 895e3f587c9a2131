#include "nanobrain/tokenizer/lexical_vocabulary.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/base/json.h"
#include "tests/support/support.h"
#include "tests/tokenizer/lexical_small.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;

namespace {

/// A list of the base pieces, "cat", " cat", "a" (ids 294 to 296) and the end
/// of text, to be damaged.
Json small_list() {
  return parse_json(
      format_lexical_vocabulary(lexical_vocabulary({"cat", " cat", "a"})),
      "test");
}

LexicalVocabulary parse(const Json& list) {
  return parse_lexical_vocabulary(list.dump(), "file");
}

Json entry(
    int64_t id, const char* kind, const char* hex, bool space_prefix = false) {
  return {
      {"id", id},
      {"kind", kind},
      {"bytes_hex", hex},
      {"space_prefix", space_prefix}};
}

} // namespace

TEST(LexicalVocabulary, HasThePiecesOfTheIssueInOrder) {
  const auto pieces = lexical_base_pieces();
  ASSERT_EQ(pieces.size(), 294u);
  for (size_t id = 0; id < 256; ++id) {
    EXPECT_EQ(pieces[id].kind, LexicalKind::byte);
    EXPECT_EQ(pieces[id].bytes, std::string(1, static_cast<char>(id)));
  }
  std::string marks;
  for (size_t id = 256; id < 287; ++id) {
    EXPECT_EQ(pieces[id].kind, LexicalKind::punct);
    marks += pieces[id].bytes;
  }
  EXPECT_EQ(marks, R"(.,;:!?()[]{}"'/\<>=+-*&|^~%$#@`)");
  for (size_t id = 287; id < 294; ++id) {
    EXPECT_EQ(pieces[id].kind, LexicalKind::ws_run);
    EXPECT_EQ(pieces[id].bytes, std::string(id - 285, ' '));
  }
}

TEST(LexicalVocabulary, IsWrittenAsAListOfEntries) {
  const std::string text = format_lexical_vocabulary(
      lexical_vocabulary({"cat", " cat", "\xff\x01"}));
  EXPECT_THAT(
      text,
      ::testing::StartsWith("[{\"id\": 0, \"kind\": \"BYTE\", \"bytes_hex\": "
                            "\"00\", \"space_prefix\": false},\n"));
  const Json list = parse_json(text, "test");
  ASSERT_EQ(list.size(), 298u);
  EXPECT_EQ(list[10], entry(10, "BYTE", "0a"));
  EXPECT_EQ(list[256], entry(256, "PUNCT", "2e"));
  EXPECT_EQ(list[288], entry(288, "WS_RUN", "202020"));
  EXPECT_EQ(list[294], entry(294, "LEARNED", "636174"));
  EXPECT_EQ(list[295], entry(295, "LEARNED", "636174", true));
  EXPECT_EQ(list[296], entry(296, "LEARNED", "ff01"));
  EXPECT_EQ(list[297], entry(297, "CONTROL", ""));
}

TEST(LexicalVocabulary, ComesBackAsItWas) {
  for (const bool has_end_of_text : {true, false}) {
    const auto vocabulary =
        lexical_vocabulary({"cat", " cat", "a", "\xff"}, has_end_of_text);
    EXPECT_EQ(
        parse_lexical_vocabulary(format_lexical_vocabulary(vocabulary), "test"),
        vocabulary);
  }
}

TEST(LexicalVocabulary, TakesListsInAnyOrderWithOtherKeysAndBlocks) {
  Json list = small_list();
  list[295]["count"] = 17;
  list[295]["bytes_hex"] = "6A4b"; // upper and lower case
  std::reverse(list.begin(), list.end());
  const auto vocabulary = parse(list);
  EXPECT_EQ(vocabulary[295].bytes, " jK");
  EXPECT_EQ(vocabulary[65].bytes, "A");

  // Bytes alone, or with a part of the other blocks.
  Json bytes = Json::array();
  for (int i = 0; i < 256; ++i) bytes.push_back(small_list()[i]);
  EXPECT_EQ(parse(bytes).size(), 256u);
  bytes.push_back(entry(256, "WS_RUN", "2020"));
  bytes.push_back(entry(257, "CONTROL", ""));
  EXPECT_EQ(parse(bytes).size(), 258u);
  // The space of bytes_hex is the same as that of space_prefix.
  bytes[257] = entry(257, "LEARNED", "20616c");
  EXPECT_EQ(parse(bytes)[257].bytes, " al");
}

TEST(LexicalVocabulary, RefusesWhatIsNoListOfPieces) {
  const std::string text = format_lexical_vocabulary(lexical_vocabulary({}));
  for (const auto& [json, message] :
       {std::pair(
            text.substr(0, text.size() / 2),
            "[file] is not valid JSON at line "),
        {"", "[file] is not valid JSON"},
        {"{\"a\": 1}",
         "it must be a JSON list of pieces, but is a JSON object"},
        {"[]", "the ids 0 to 255 must be BYTE entries, but 0 is missing"},
        {"[5]", "entry 0 is no JSON object: 5"}}) {
    EXPECT_ERROR(Error, message, parse_lexical_vocabulary(json, "file"));
  }
}

TEST(LexicalVocabulary, NamesWhatIsWrong) {
  // Each patch, separated by bars, changes the entry of an id: null takes a key
  // away.
  struct Fault {
    size_t id;
    std::string patches, message;
  };
  const Fault kFaults[] = {
      {294, R"({"id":-1}|{"id":2.5})", R"(no "id" that is a whole number: {)"},
      {294, R"({"id":null}|{"id":"7"})", "entry 294 has no \"id\""},
      {294, R"({"kind":null}|{"kind":3})", R"(no "kind" that is a string)"},
      {294,
       R"({"kind":"WORD"})",
       R"(a "kind" that is none of BYTE, PUNCT, WS_RUN, LEARNED, CONTROL)"},
      {294, R"({"bytes_hex":null})", R"(no "bytes_hex" that is a string)"},
      {294,
       R"({"bytes_hex":"6"}|{"bytes_hex":"6g"}|{"bytes_hex":"0x61"})"
       R"(|{"bytes_hex":"61 "})",
       R"(entry 294 has a "bytes_hex" that is no pairs of hex)"},
      {294,
       R"({"space_prefix":1}|{"space_prefix":"true"}|{"space_prefix":null})",
       R"(entry 294 has no "space_prefix" that is true or false)"},
      // Ids twice and holes.
      {295, R"({"id":294})", "[file] the id 294 is there twice"},
      {294,
       R"({"id":300})",
       "id 294 is missing: 298 entries have ids up to 30"},
      {297, R"({"id":18446744073709551615})", "the id 297 is missing"},
      // The same bytes twice.
      {295,
       R"({"space_prefix":false})",
       R"(the ids 294 and 295 have the same bytes, "636174")"},
      {295, R"({"bytes_hex":"2020"})", "the ids 288 and 295 have the same"},
      {257, R"({"bytes_hex":"2e"})", "the ids 256 and 257 have the same"},
      {289, R"({"bytes_hex":"2020"})", "the ids 287 and 289 have the same"},
      // Blocks out of order.
      {294,
       R"({"kind":"CONTROL","bytes_hex":""})",
       "the id 295 is LEARNED after CONTROL; ids go BYTE, PUNCT, WS_RUN, "
       "LEARNED and one CONTROL"},
      {296, R"({"kind":"PUNCT"})", "the id 296 is PUNCT after LEARNED"},
      {296, R"({"kind":"CONTROL"})", "the id 297 is CONTROL after CONTROL"},
      {65, R"({"kind":"LEARNED"})", "must be BYTE entries, but 65 is LEARNED"},
      // Bytes that are missing or do not fit the kind.
      {65,
       R"({"bytes_hex":"42"})",
       R"(the id 65, a BYTE of the bytes "42", must be the byte that is its)"},
      {256, R"({"kind":"BYTE"})", "must be the byte that is its id"},
      {257,
       R"({"bytes_hex":"20"}|{"bytes_hex":"61"}|{"bytes_hex":"5f"})"
       R"(|{"bytes_hex":"2e2e"}|{"bytes_hex":""})",
       "must be one byte that is no space, letter, digit or "},
      {257,
       R"({"space_prefix":true})",
       R"(PUNCT of the bytes "202c", must be)"},
      {289,
       R"({"bytes_hex":"20"}|{"bytes_hex":"2009"}|{"bytes_hex":""})"
       R"(|{"bytes_hex":"6161"})",
       "must be two spaces or more"},
      {295,
       R"({"bytes_hex":"","space_prefix":false}|{"bytes_hex":""})",
       "must have bytes of its own"},
      {295,
       R"({"bytes_hex":")" + std::string(2 * 255, '6') + R"("})",
       "must have at most 255 bytes"},
      {297, R"({"bytes_hex":"00"})", R"(CONTROL of the bytes "00", must have)"},
  };
  for (const auto& [id, patches, message] : kFaults) {
    for (const auto& patch : split_at_bars(patches)) {
      Json list = small_list();
      list[id].merge_patch(Json::parse(patch));
      EXPECT_ERROR(Error, message, parse(list));
    }
  }
}

} // namespace nanobrain
