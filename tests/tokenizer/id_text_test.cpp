#include "nanobrain/tokenizer/id_text.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {

using namespace testing;
using Ids = std::vector<std::vector<TokenId>>;

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
