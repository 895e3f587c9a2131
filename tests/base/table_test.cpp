#include "nanobrain/base/table.h"

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

Table speeds() {
  return {
      .preface = {"two models"},
      .columns =
          {word_column("model", "model"),
           {.key = "tokens", .title = "tokens", .format = kCount},
           {.key = "median_ms",
            .title = "forward",
            .format = "{:.2f}",
            .unit = "ms"},
           {.key = "sha256"}, // for programs alone
           {.title = "note", .align = Align::kLeft}},
      .rows =
          {{"a|b", 64, {1.5, "", "1.4 .. 1.7"}, "00", "first"},
           {"ü", 12345, nullptr, "f,f", {3, "other"}}},
      .notes = {"by hand"},
      .absent = "-"};
}

// The same four cells in four forms, as they would be written by hand.
TEST(Table, TextAlignsAndPutsDetailsBelow) {
  EXPECT_EQ(
      speeds().text(),
      "two models\n"
      "\n"
      "model  tokens  forward ms  note\n"
      "a|b        64        1.50  first\n"
      "               1.4 .. 1.7\n"
      "ü      12,345           -  other\n"
      "\n"
      "by hand\n");
}

TEST(Table, MarkdownAlignsInTheRuleAndPutsDetailsInBrackets) {
  EXPECT_EQ(
      speeds().markdown(),
      "| model | tokens | forward ms | note |\n"
      "|---|---:|---:|---|\n"
      "| a\\|b | 64 | 1.50 (1.4 .. 1.7) | first |\n"
      "| ü | 12,345 | - | other |\n"
      "\n"
      "- two models\n"
      "- by hand\n");
}

TEST(Table, CsvAndJsonHoldValuesByKey) {
  EXPECT_EQ(
      speeds().csv(),
      "model,tokens,median_ms,sha256\n"
      "a|b,64,1.5,00\n"
      "ü,12345,,\"f,f\"\n");
  const Json second = {
      {"model", "ü"},
      {"tokens", 12345},
      {"median_ms", nullptr},
      {"sha256", "f,f"}};
  EXPECT_EQ(speeds().json().at(1), second);
  EXPECT_EQ(speeds().json().size(), 2);
}

// RFC 4180: quotes around commas, quotes and line ends; quotes doubled.
TEST(Table, CsvQuotesWhereItHasTo) {
  const Table table{
      .columns = {{"a"}, {"b"}, {"c"}, {"d"}, {"e"}},
      .rows = {{"a,b", "say \"x\"", "two\nlines", true, nullptr}}};
  EXPECT_EQ(
      table.csv(),
      "a,b,c,d,e\n\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",true,\n");
}

TEST(Table, SeveralAreParted) {
  Table bare = speeds();
  bare.preface = bare.notes = {};
  const std::string one = bare.csv();
  EXPECT_EQ(join_tables({bare, bare}, &Table::csv), one + "\n" + one);
}

TEST(Table, RefusesARowOfAnotherLength) {
  Table table = speeds();
  table.rows.push_back({"short"});
  EXPECT_ERROR(Error, "5 columns", table.text());
}

TEST(FormatValue, SaysHowAValueReads) {
  EXPECT_EQ(format_value(1234567, kCount), "1,234,567");
  EXPECT_EQ(format_value(1234566.7, kCount), "1,234,567");
  EXPECT_EQ(format_value(8730000, kBytes), "8.73 MB");
  EXPECT_EQ(format_value(0.12345, "{:+.2f}"), "+0.12");
  EXPECT_EQ(format_value("word", "{:.2f}"), "word");
  EXPECT_EQ(format_value(true, kPlain), "true");
}

} // namespace
} // namespace nanobrain
