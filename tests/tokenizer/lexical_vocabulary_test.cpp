#include "nanobrain/tokenizer/lexical_vocabulary.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/base/json.h"
#include "tests/support/support.h"
#include "tests/tokenizer/lexical_small.h"

namespace nanobrain {

using namespace testing;
using ::testing::HasSubstr;

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

std::string fault_of(const Json& list) {
  return error_of<Error>([&] { parse(list); });
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
  const auto fault = [](std::string_view text) {
    return error_of<Error>([&] { parse_lexical_vocabulary(text, "file"); });
  };
  const std::string text = format_lexical_vocabulary(lexical_vocabulary({}));
  EXPECT_THAT(
      fault(text.substr(0, text.size() / 2)),
      HasSubstr("[file] is not valid JSON at line "));
  EXPECT_THAT(fault(""), HasSubstr("[file] is not valid JSON"));
  EXPECT_THAT(
      fault("{\"a\": 1}"),
      HasSubstr("it must be a JSON list of pieces, but is a JSON object"));
  EXPECT_THAT(
      fault("[]"),
      HasSubstr("the ids 0 to 255 must be BYTE entries, but 0 is missing"));
  EXPECT_THAT(fault("[5]"), HasSubstr("entry 0 is no JSON object: 5"));
}

TEST(LexicalVocabulary, RefusesFaultyEntries) {
  const auto fault_with = [](const char* key, const Json& value) {
    Json list = small_list();
    if (value.is_null()) {
      list[294].erase(key);
    } else {
      list[294][key] = value;
    }
    return fault_of(list);
  };
  EXPECT_THAT(
      fault_with("id", -1),
      HasSubstr("entry 294 has no \"id\" that is a whole number: {\"id\":-1,"));
  EXPECT_THAT(fault_with("id", 2.5), HasSubstr("has no \"id\""));
  EXPECT_THAT(fault_with("id", nullptr), HasSubstr("has no \"id\""));
  EXPECT_THAT(
      fault_with("kind", nullptr),
      HasSubstr("entry 294 has no \"kind\" that is a string"));
  EXPECT_THAT(
      fault_with("kind", "WORD"),
      HasSubstr("entry 294 has a \"kind\" that is none of BYTE, PUNCT, WS_RUN, "
                "LEARNED, CONTROL"));
  EXPECT_THAT(
      fault_with("kind", 3), HasSubstr("has no \"kind\" that is a string"));
  for (const char* hex : {"6", "6g", "0x61", "61 "}) {
    EXPECT_THAT(
        fault_with("bytes_hex", hex),
        HasSubstr("entry 294 has a \"bytes_hex\" that is no pairs of hex"));
  }
  EXPECT_THAT(
      fault_with("bytes_hex", nullptr),
      HasSubstr("entry 294 has no \"bytes_hex\" that is a string"));
  for (const Json& value : {Json(1), Json("true"), Json()}) {
    EXPECT_THAT(
        fault_with("space_prefix", value),
        HasSubstr("entry 294 has no \"space_prefix\" that is true or false"));
  }
}

TEST(LexicalVocabulary, RefusesHolesAndIdsTwice) {
  Json twice = small_list();
  twice[295]["id"] = 294;
  EXPECT_THAT(fault_of(twice), HasSubstr("[file] the id 294 is there twice"));
  Json hole = small_list();
  hole.erase(294);
  EXPECT_THAT(
      fault_of(hole),
      HasSubstr("the id 294 is missing: 297 entries have ids up to 297"));
  Json far = small_list();
  far[297]["id"] = 18'446'744'073'709'551'615u;
  EXPECT_THAT(fault_of(far), HasSubstr("the id 297 is missing"));
}

TEST(LexicalVocabulary, RefusesTheSameBytesTwice) {
  Json list = small_list();
  list[295] = entry(295, "LEARNED", "636174");
  EXPECT_THAT(
      fault_of(list),
      HasSubstr("the ids 294 and 295 have the same bytes, \"636174\""));
  list[295] = entry(295, "LEARNED", "2e");
  EXPECT_THAT(fault_of(list), HasSubstr("the ids 256 and 295 have the same"));
  list[295] = entry(295, "LEARNED", "2020", true);
  EXPECT_THAT(fault_of(list), HasSubstr("the ids 288 and 295 have the same"));
  list = small_list();
  list[257]["bytes_hex"] = "2e";
  EXPECT_THAT(fault_of(list), HasSubstr("the ids 256 and 257 have the same"));
  list = small_list();
  list[289]["bytes_hex"] = "2020";
  EXPECT_THAT(fault_of(list), HasSubstr("the ids 287 and 289 have the same"));
}

TEST(LexicalVocabulary, RefusesBlocksOutOfOrder) {
  Json list = small_list();
  list[294] = entry(294, "CONTROL", "");
  EXPECT_THAT(
      fault_of(list),
      HasSubstr("the id 295 is LEARNED after CONTROL; ids go BYTE, PUNCT, "
                "WS_RUN, LEARNED and one CONTROL"));
  list = small_list();
  list[296] = entry(296, "PUNCT", "00");
  EXPECT_THAT(fault_of(list), HasSubstr("the id 296 is PUNCT after LEARNED"));
  list = small_list();
  list.push_back(entry(298, "CONTROL", ""));
  EXPECT_THAT(fault_of(list), HasSubstr("the id 298 is CONTROL after CONTROL"));
}

TEST(LexicalVocabulary, RefusesMissingBytes) {
  Json list = small_list();
  list[65]["kind"] = "LEARNED";
  EXPECT_THAT(
      fault_of(list),
      HasSubstr("the ids 0 to 255 must be BYTE entries, but 65 is LEARNED"));
  list = small_list();
  std::swap(list[65]["bytes_hex"], list[66]["bytes_hex"]);
  EXPECT_THAT(
      fault_of(list),
      HasSubstr("the id 65, a BYTE of the bytes \"42\", must be the byte that "
                "is its id"));
  list = small_list();
  list[256]["kind"] = "BYTE";
  EXPECT_THAT(fault_of(list), HasSubstr("must be the byte that is its id"));
}

TEST(LexicalVocabulary, RefusesBytesThatDoNotFitTheKind) {
  const auto fault_with = [](const Json& faulty) {
    Json list = small_list();
    list[faulty["id"].get<size_t>()] = faulty;
    return fault_of(list);
  };
  for (const char* hex : {"20", "61", "5f", "2e2e", ""}) {
    EXPECT_THAT(
        fault_with(entry(257, "PUNCT", hex)),
        HasSubstr("must be one byte that is no space, letter, digit or "));
  }
  EXPECT_THAT(
      fault_with(entry(257, "PUNCT", "2e", true)),
      HasSubstr("the id 257, a PUNCT of the bytes \"202e\", must be one byte"));
  for (const char* hex : {"20", "2009", "", "6161"}) {
    EXPECT_THAT(
        fault_with(entry(289, "WS_RUN", hex)),
        HasSubstr("must be two spaces or more"));
  }
  for (const bool space_prefix : {false, true}) {
    EXPECT_THAT(
        fault_with(entry(295, "LEARNED", "", space_prefix)),
        HasSubstr("must have bytes of its own"));
  }
  EXPECT_THAT(
      fault_with(entry(297, "CONTROL", "00")),
      HasSubstr("the id 297, a CONTROL of the bytes \"00\", must have no"));
  std::string long_hex;
  for (int i = 0; i < 256; ++i) long_hex += "61";
  EXPECT_THAT(
      fault_with(entry(295, "LEARNED", long_hex.c_str())),
      HasSubstr("must have at most 255 bytes"));
}

} // namespace nanobrain
