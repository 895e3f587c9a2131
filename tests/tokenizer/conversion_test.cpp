#include "nanobrain/tokenizer/conversion.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "tests/support/support.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;
using Ids = std::vector<std::vector<TokenId>>;

namespace {

void expect_round_trip(
    const std::string& text, const ConversionOptions& options) {
  const auto ids = encode_text(*small_tokenizer(), text, options);
  const auto back = decode_text(*small_tokenizer(), ids.output, options);
  EXPECT_EQ(back.output, text);
  EXPECT_EQ(back.documents, ids.documents);
  EXPECT_EQ(back.tokens, ids.tokens);
  EXPECT_EQ(back.bytes, ids.bytes);
}

} // namespace

TEST(Conversion, GivesTheTextBack) {
  Random random(20);
  for (int i = 0; i < 300; ++i) {
    std::string text = random_text(random);
    for (uint64_t n = random.below(4); n > 0; --n) {
      text += "\n\n\n\n\n\n\n" + random.below(8) + random_text(random);
    }
    expect_round_trip(text, {.split_documents = false});
    expect_round_trip(text, {.split_documents = true, .threads = 2});
  }
}

TEST(Conversion, WritesADocumentALine) {
  const ConversionOptions split = {.split_documents = true};
  const auto result = encode_text(*small_tokenizer(), "a b\n\nc\n\n\nd", split);
  EXPECT_EQ(result.documents, 3);
  EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 3);
  EXPECT_EQ(result.bytes, 10);
  const auto whole = encode_text(*small_tokenizer(), "a b\n\nc\n\n\nd", {});
  EXPECT_EQ(whole.documents, 1);
  EXPECT_EQ(std::count(whole.output.begin(), whole.output.end(), '\n'), 1);
  EXPECT_EQ(
      std::count(whole.output.begin(), whole.output.end(), ' ') + 1,
      whole.tokens);
}

TEST(Conversion, ThreadsDoNotChangeTheIds) {
  std::string text;
  for (const auto& document : invented_documents(100))
    text += document + "\n\n";
  const auto ids = [&](int64_t threads) {
    const ConversionOptions options = {
        .split_documents = true, .threads = threads};
    return encode_text(*small_tokenizer(), text, options).output;
  };
  EXPECT_EQ(ids(1), ids(3));
  EXPECT_EQ(ids(1), ids(0));
}

TEST(Conversion, ReportsWhatItDid) {
  const Json report = encode_text(*small_tokenizer(), "a b", {}).to_json();
  EXPECT_EQ(report["documents"], 1);
  EXPECT_EQ(report["bytes"], 3);
  EXPECT_EQ(report["tokens"], small_tokenizer()->encode("a b").size());
  EXPECT_GT(report["mb_per_s"].get<double>(), 0);
}

TEST(Conversion, NamesTheFault) {
  EXPECT_ERROR(
      Error,
      "not valid UTF-8 at byte 6",
      encode_text(*small_tokenizer(), "a\n\nbcd\xc3", {}));
  EXPECT_ERROR(
      Error,
      "line 2, token 2: \"1200\" is not an id in [0, 1200)",
      decode_text(*small_tokenizer(), "3 4\n5 1200\n", {}));
}

TEST(SplitDocuments, PartsAtBlankLines) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(split_documents("a\nb\n\nc"), (Texts{"a\nb", "c"}));
  EXPECT_EQ(split_documents("a\n\n\nb\n"), (Texts{"a", "\nb\n"}));
  EXPECT_EQ(split_documents("\n\n"), (Texts{"", ""}));
  EXPECT_EQ(split_documents(""), Texts{""});
}

TEST(SplitDocuments, JoiningGivesTheTextBack) {
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (uint64_t n = random.below(20); n > 0; --n) {
      text += "\n\na "[random.below(4)];
    }
    EXPECT_EQ(join_documents(split_documents(text)), text);
  }
}

TEST(IdText, IdsComeBack) {
  const Ids documents = {{1, 20, 300}, {}, {0}};
  std::string text;
  for (const auto& ids : documents) text += format_ids(ids);
  EXPECT_EQ(text, "1 20 300\n\n0\n");
  EXPECT_EQ(parse_ids(text, 301), documents);
  EXPECT_EQ(parse_ids(" 1\t20  300 \r\n\n0", 301), documents);
  EXPECT_EQ(parse_ids("", 10), Ids{{}});
  EXPECT_EQ(parse_ids("\n", 10), Ids{{}});
  EXPECT_EQ(parse_ids("\n\n", 10), (Ids{{}, {}}));
}

TEST(IdText, NamesTheBadToken) {
  EXPECT_ERROR(
      Error,
      "line 2, token 3: \"x7\" is not an id in [0, 10)",
      parse_ids("1 2\n3 4 x7\n", 10));
  EXPECT_ERROR(Error, "line 1, token 1: \"10\"", parse_ids("10", 10));
  EXPECT_ERROR(Error, "line 1, token 2: \"-1\"", parse_ids("0 -1", 10));
  EXPECT_ERROR(Error, "\"1.5\"", parse_ids("1.5", 10));
  EXPECT_ERROR(Error, "\"99999999999\"", parse_ids("99999999999", 10));
}

} // namespace nanobrain
