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

TEST(LexicalVocabulary, NamesWhatIsWrong) {
  // Each changes entries of the small list: null takes a key away.
  struct Change {
    size_t at;
    const char* patch;
  };
  struct Fault {
    std::vector<Change> changes;
    const char* message;
  };
  const char* kNotOneByte =
      "must be one byte that is no space, letter, digit or ";
  const char* kNoHex = "entry 294 has a \"bytes_hex\" that is no pairs of hex";
  const char* kNoPrefix =
      "entry 294 has no \"space_prefix\" that is true or false";
  const char* kNoRun = "must be two spaces or more";
  const Fault kFaults[] = {
      // Faulty entries.
      {{{294, R"({"id":-1})"}},
       "entry 294 has no \"id\" that is a whole number: {\"id\":-1,"},
      {{{294, R"({"id":2.5})"}}, "has no \"id\""},
      {{{294, R"({"id":null})"}}, "has no \"id\""},
      {{{294, R"({"kind":null})"}},
       "entry 294 has no \"kind\" that is a string"},
      {{{294, R"({"kind":3})"}}, "has no \"kind\" that is a string"},
      {{{294, R"({"kind":"WORD"})"}},
       "entry 294 has a \"kind\" that is none of BYTE, PUNCT, WS_RUN, LEARNED, "
       "CONTROL"},
      {{{294, R"({"bytes_hex":null})"}},
       "entry 294 has no \"bytes_hex\" that is a string"},
      {{{294, R"({"bytes_hex":"6"})"}}, kNoHex},
      {{{294, R"({"bytes_hex":"6g"})"}}, kNoHex},
      {{{294, R"({"bytes_hex":"0x61"})"}}, kNoHex},
      {{{294, R"({"bytes_hex":"61 "})"}}, kNoHex},
      {{{294, R"({"space_prefix":1})"}}, kNoPrefix},
      {{{294, R"({"space_prefix":"true"})"}}, kNoPrefix},
      {{{294, R"({"space_prefix":null})"}}, kNoPrefix},
      // Ids twice and holes.
      {{{295, R"({"id":294})"}}, "[file] the id 294 is there twice"},
      {{{294, R"({"id":300})"}},
       "the id 294 is missing: 298 entries have ids up to 300"},
      {{{297, R"({"id":18446744073709551615})"}}, "the id 297 is missing"},
      // The same bytes twice.
      {{{295, R"({"space_prefix":false})"}},
       "the ids 294 and 295 have the same bytes, \"636174\""},
      {{{295, R"({"bytes_hex":"2e","space_prefix":false})"}},
       "the ids 256 and 295 have the same"},
      {{{295, R"({"bytes_hex":"2020"})"}}, "the ids 288 and 295 have the same"},
      {{{257, R"({"bytes_hex":"2e"})"}}, "the ids 256 and 257 have the same"},
      {{{289, R"({"bytes_hex":"2020"})"}}, "the ids 287 and 289 have the same"},
      // Blocks out of order.
      {{{294, R"({"kind":"CONTROL","bytes_hex":""})"}},
       "the id 295 is LEARNED after CONTROL; ids go BYTE, PUNCT, WS_RUN, "
       "LEARNED and one CONTROL"},
      {{{296, R"({"kind":"PUNCT","bytes_hex":"00"})"}},
       "the id 296 is PUNCT after LEARNED"},
      {{{296, R"({"kind":"CONTROL","bytes_hex":""})"}},
       "the id 297 is CONTROL after CONTROL"},
      // Bytes that are missing or do not fit the kind.
      {{{65, R"({"kind":"LEARNED"})"}},
       "the ids 0 to 255 must be BYTE entries, but 65 is LEARNED"},
      {{{65, R"({"bytes_hex":"42"})"}, {66, R"({"bytes_hex":"41"})"}},
       "the id 65, a BYTE of the bytes \"42\", must be the byte that is its "
       "id"},
      {{{256, R"({"kind":"BYTE"})"}}, "must be the byte that is its id"},
      {{{257, R"({"bytes_hex":"20"})"}}, kNotOneByte},
      {{{257, R"({"bytes_hex":"61"})"}}, kNotOneByte},
      {{{257, R"({"bytes_hex":"5f"})"}}, kNotOneByte},
      {{{257, R"({"bytes_hex":"2e2e"})"}}, kNotOneByte},
      {{{257, R"({"bytes_hex":""})"}}, kNotOneByte},
      {{{257, R"({"bytes_hex":"2e","space_prefix":true})"}},
       "the id 257, a PUNCT of the bytes \"202e\", must be one byte"},
      {{{289, R"({"bytes_hex":"20"})"}}, kNoRun},
      {{{289, R"({"bytes_hex":"2009"})"}}, kNoRun},
      {{{289, R"({"bytes_hex":""})"}}, kNoRun},
      {{{289, R"({"bytes_hex":"6161"})"}}, kNoRun},
      {{{295, R"({"bytes_hex":"","space_prefix":false})"}},
       "must have bytes of its own"},
      {{{295, R"({"bytes_hex":""})"}}, "must have bytes of its own"},
      {{{297, R"({"bytes_hex":"00"})"}},
       "the id 297, a CONTROL of the bytes \"00\", must have no"},
  };
  for (const auto& [changes, message] : kFaults) {
    Json list = small_list();
    for (const auto& [at, patch] : changes) {
      list[at].merge_patch(Json::parse(patch));
    }
    EXPECT_THAT(fault_of(list), HasSubstr(message));
  }
  Json list = small_list();
  list[295]["bytes_hex"] = std::string(2 * 255, '6');
  EXPECT_THAT(fault_of(list), HasSubstr("must have at most 255 bytes"));
}

} // namespace nanobrain
