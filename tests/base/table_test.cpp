#include "nanobrain/base/table.h"

#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
  EXPECT_EQ(
      align_columns({{"", "ms", "note"}, {"model", "12.5", ""}}),
      "         ms  note\n"
      "model  12.5\n");
  EXPECT_EQ(
      align_columns({{"a", "word", "1"}, {"bc", "w", "23"}}, 2),
      "a   word   1\n"
      "bc  w     23\n");
}

TEST(Table, MarkdownKeepsBars) {
  EXPECT_EQ(escape_markdown("a|b"), "a\\|b");
}

// RFC 4180: quotes around commas, quotes and line ends; quotes doubled.
TEST(Table, CsvQuotesWhereItHasTo) {
  EXPECT_EQ(
      csv_line({"plain", "a,b", "say \"x\"", "two\nlines", 1.5, true, nullptr}),
      "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",1.5,true,\n");
}

} // namespace
} // namespace nanobrain
