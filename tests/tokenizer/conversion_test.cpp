#include "nanobrain/tokenizer/conversion.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "tests/support/support.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {

using namespace testing;

namespace {

constexpr ConversionOptions kWhole = {};
constexpr ConversionOptions kSplit = {.split_documents = true, .threads = 2};

Conversion encoded(
    const std::string& text, const ConversionOptions& options = kWhole) {
  return encode_text(*small_tokenizer(), text, options);
}

Conversion decoded(
    const std::string& ids, const ConversionOptions& options = kWhole) {
  return decode_text(*small_tokenizer(), ids, options);
}

} // namespace

TEST(Conversion, GivesTheTextBack) {
  Random random(20);
  for (int i = 0; i < 300; ++i) {
    std::string text = random_text(random);
    for (uint64_t n = random.below(4); n > 0; --n) {
      text += "\n\n\n\n\n\n\n" + random.below(8) + random_text(random);
    }
    for (const auto& options : {kWhole, kSplit}) {
      const auto ids = encoded(text, options);
      const auto back = decoded(ids.output, options);
      EXPECT_EQ(back.output, text);
      EXPECT_EQ(back.documents, ids.documents);
      EXPECT_EQ(back.tokens, ids.tokens);
      EXPECT_EQ(back.bytes, ids.bytes);
    }
  }
}

TEST(Conversion, WritesADocumentALine) {
  const std::string text = "a b\n\nc\n\n\nd";
  for (const auto& [options, lines] :
       {std::pair(kSplit, int64_t{3}), std::pair(kWhole, int64_t{1})}) {
    const auto result = encoded(text, options);
    EXPECT_EQ(result.documents, lines);
    EXPECT_EQ(std::ranges::count(result.output, '\n'), lines);
    EXPECT_EQ(std::ranges::count(result.output, ' ') + lines, result.tokens);
    EXPECT_EQ(result.bytes, 10);
  }
}

TEST(Conversion, ReportsWhatItDid) {
  const Json report = encoded("a b").to_json();
  EXPECT_EQ(report["documents"], 1);
  EXPECT_EQ(report["bytes"], 3);
  EXPECT_EQ(report["tokens"], small_tokenizer()->encode("a b").size());
  EXPECT_GT(report["mb_per_s"].get<double>(), 0);
}

TEST(Conversion, IdsStandBetweenAnyWhiteSpace) {
  const auto text_of = [](std::initializer_list<TokenId> ids) {
    return small_tokenizer()->decode(ids);
  };
  for (const std::string lines : {"99 20 300\n\n3\n", " 99\t20  300 \r\n\n3"}) {
    EXPECT_EQ(
        decoded(lines, kSplit).output,
        text_of({99, 20, 300}) + "\n\n\n\n" + text_of({3}));
    EXPECT_EQ(decoded(lines).output, text_of({99, 20, 300, 3}));
  }
  EXPECT_EQ(decoded("", kSplit).documents, 1);
  EXPECT_EQ(decoded("\n", kSplit).documents, 1);
  EXPECT_EQ(decoded("\n\n", kSplit).documents, 2);
}

TEST(Conversion, NamesTheFault) {
  EXPECT_ERROR(Error, "not valid UTF-8 at byte 6", encoded("a\n\nbcd\xc3"));
  for (const auto& [ids, message] :
       {std::pair(
            "3 4\n5 1200\n",
            "line 2, token 2: \"1200\" is not an id in "
            "[0, 1200)"),
        {"1 2\n3 4 x7\n", "line 2, token 3: \"x7\" is not an id in [0, 1200)"},
        {"0 -1", "line 1, token 2: \"-1\""},
        {"1.5", "\"1.5\""},
        {"99999999999", "\"99999999999\""}}) {
    EXPECT_ERROR(Error, message, decoded(ids));
  }
}

TEST(SplitDocuments, PartsAtBlankLines) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(split_documents("a\nb\n\nc"), (Texts{"a\nb", "c"}));
  EXPECT_EQ(split_documents("a\n\n\nb\n"), (Texts{"a", "\nb\n"}));
  EXPECT_EQ(split_documents("\n\n"), (Texts{"", ""}));
  EXPECT_EQ(split_documents(""), Texts{""});
}

} // namespace nanobrain
