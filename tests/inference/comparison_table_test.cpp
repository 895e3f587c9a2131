#include "nanobrain/inference/comparison_table.h"

#include <numbers>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kSha(64, 'a');

/// Two models on the text of kSha, and published figures of it and of another.
ComparisonReport report() {
  ComparisonReport report;
  ComparedModel first;
  first.name = "run/a|b, \"quoted\"";
  first.tokenizer = "sentencepiece";
  first.loss = {
      .nats = 800 * std::numbers::ln2,
      .tokens = 100,
      .bytes = 400,
      .words = 80,
      .documents = 1};
  first.intervals = LossIntervals{
      .nats_per_token = {5.5, 5.6},
      .perplexity = {245, 270},
      .bits_per_byte = {1.9, 2.1},
      .word_perplexity = {1000, 1100},
      .bits_per_byte_difference = {0, 0}};
  first.parameters = 2'182'144;
  first.file_bytes = 8'730'000;
  first.seconds = 0.5;
  ComparedModel second = first;
  second.name = "gpt2";
  second.loss.nats = 400 * std::numbers::ln2;
  second.loss.tokens = 90;
  second.intervals->bits_per_byte_difference = {-1.1, -0.9};
  report.models = {first, second};

  PublishedFigure same{
      .text = "This text",
      .context = 1024,
      .stride = 1024,
      .perplexity = 29.94,
      .nats_per_token = std::log(29.94),
      .tokens = 287'644,
      .text_bytes = 1'296'370,
      .text_sha256 = kSha,
      .source = "https://example.org/a"};
  PublishedFigure other = same;
  other.text = "Another text";
  other.text_sha256 = "";
  report.published = PublishedModel{"GPT-2", 124'439'808, {same, other}};
  report.text = {.documents = 4358, .bytes = 1'296'370, .sha256 = kSha};
  report.protocol = Protocol::kHuggingFace;
  report.context = 256;
  report.stride = 256;
  report.units = plan_units(1, 1'296'370);
  report.threads = 2;
  return report;
}

TEST(ComparisonTable, TextStatesTheRulesAndEveryFigure) {
  const std::string text = comparison_text(report());
  EXPECT_THAT(text, HasSubstr("protocol hf: rows joined"));
  EXPECT_THAT(
      text, HasSubstr("windows of every model: context 256, stride 256"));
  EXPECT_THAT(
      text, HasSubstr("text: 4,358 rows, 1,296,370 bytes, sha256 " + kSha));
  EXPECT_THAT(
      text,
      HasSubstr("95 % intervals: 40 blocks of 32,410 bytes resampled 10,000 "
                "times"));
  EXPECT_THAT(text, ContainsRegex("quoted\" +5\\.5452 +256 +2\\.0000 +- "));
  EXPECT_THAT(
      text,
      ContainsRegex("5\\.5000 \\.\\. 5\\.6000 +245 \\.\\. 270 +1\\.9000 \\.\\. "
                    "2\\.1000"));
  EXPECT_THAT(text, ContainsRegex("gpt2 +3\\.08.* 1\\.0000 +-1\\.0000 "));
  EXPECT_THAT(text, HasSubstr("-1.1000 .. -0.9000"));
  EXPECT_THAT(
      text,
      ContainsRegex("gpt2 +90 +4\\.44 +2,182,144 +f32 +8\\.73 MB +180\n"));
  EXPECT_THAT(text, HasSubstr("Speed: f32 on 2 threads."));
}

TEST(ComparisonTable, PublishedFiguresOfAnotherTextAreNotComparable) {
  for (const std::string& text :
       {comparison_text(report()), comparison_markdown(report())}) {
    EXPECT_THAT(
        text,
        ContainsRegex(
            "GPT-2, published \\[1\\][ |]+3\\.3992[ |]+29\\.94[ |]+1\\.088"));
    EXPECT_THAT(
        text,
        ContainsRegex("GPT-2, published \\[2\\][ |]+3\\.3992[ |]+29\\.94[ "
                      "|]+not comparable"));
    EXPECT_THAT(
        text,
        HasSubstr("[1] This text (this very text, by its sha256); context "
                  "1024, stride 1024 (not the models' above); "
                  "https://example.org/a"));
    EXPECT_THAT(
        text,
        HasSubstr("[2] Another text (another text than this one: no bits per "
                  "byte to compare by); context 1024, stride 1024; "
                  "https://example.org/a"));
  }
  ComparisonReport same_windows = report();
  same_windows.context = 1024;
  same_windows.stride = 1024;
  EXPECT_THAT(comparison_text(same_windows), Not(HasSubstr("not the models'")));
}

TEST(ComparisonTable, MarkdownHasAsManyCellsInEveryRow) {
  const std::string text = comparison_markdown(report());
  std::istringstream lines(text.substr(0, text.find("\n\n")));
  int rows = 0;
  for (std::string line; std::getline(lines, line); ++rows) {
    int bars = 0;
    for (size_t i = 0; i < line.size(); ++i) {
      bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
    }
    EXPECT_EQ(bars, 13) << line;
  }
  EXPECT_EQ(rows, 6);
  EXPECT_THAT(text, HasSubstr("run/a\\|b"));
  EXPECT_THAT(text, HasSubstr("| 2.0000 (1.9000 .. 2.1000) |"));
}

TEST(ComparisonTable, WithoutIntervals) {
  ComparisonReport short_text = report();
  for (ComparedModel& model : short_text.models) model.intervals.reset();
  short_text.units = {.count = 1, .block_bytes = 1};
  EXPECT_THAT(
      comparison_text(short_text),
      HasSubstr("95 % intervals: none, the text cannot be parted"));
  EXPECT_THAT(comparison_text(short_text), Not(HasSubstr(" .. ")));
  EXPECT_EQ(short_text.to_json()["rows"][0]["intervals"], nullptr);
}

// Python's csv module reads back what the JSON holds.
TEST(ComparisonTable, CsvHoldsTheFiguresOfTheJson) {
  const testing::TempDir dir;
  testing::write_text(dir / "table.csv", comparison_csv(report()));
  const auto read = testing::run_process(
      {testing::python(),
       "-c",
       "import csv, json, sys; print(json.dumps(list(csv.DictReader("
       "open(sys.argv[1], newline='')))))",
       dir / "table.csv"});
  ASSERT_EQ(read.exit_code, 0) << read.err;
  const Json rows = parse_json(read.out, "csv");
  const Json expected = report().to_json()["rows"];
  ASSERT_EQ(rows.size(), 4u);
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i]["model"], expected[i]["model"]);
    for (const char* key :
         {"published", "tokens", "perplexity", "bits_per_byte", "parameters"}) {
      EXPECT_EQ(
          rows[i][key],
          expected[i][key].is_null() ? "" : expected[i][key].dump());
    }
  }
  EXPECT_EQ(rows[0]["bits_per_byte_low"], "1.9");
  EXPECT_EQ(rows[1]["bits_per_byte_difference"], "-1.0");
  EXPECT_EQ(rows[1]["context"], "256");
  EXPECT_EQ(rows[2]["context"], "1024");
  EXPECT_EQ(rows[2]["text"], "This text");
  EXPECT_EQ(rows[2]["bits_per_byte_high"], "");
  EXPECT_EQ(rows[3]["bits_per_byte"], "");
  EXPECT_EQ(rows[3]["source"], "https://example.org/a");
}

TEST(ComparisonReport, JsonKeepsPublishedRowsApart) {
  const Json json = report().to_json();
  EXPECT_EQ(json["protocol"], "hf");
  EXPECT_EQ(json["intervals"]["unit"], "block");
  EXPECT_EQ(json["intervals"]["units"], 40);
  EXPECT_EQ(json["intervals"]["block_bytes"], 32'410);
  const Json& rows = json["rows"];
  EXPECT_EQ(rows[0]["published"], false);
  EXPECT_EQ(rows[0]["tokens_per_s"], 200.0);
  EXPECT_EQ(rows[0]["model_bytes"], 8'730'000);
  EXPECT_EQ(rows[1]["intervals"]["bits_per_byte_difference"][0], -1.1);
  EXPECT_EQ(rows[2]["published"], true);
  EXPECT_EQ(rows[2]["same_text"], true);
  EXPECT_NEAR(rows[2]["bits_per_byte"].get<double>(), 1.088, 1e-3);
  EXPECT_EQ(rows[3]["same_text"], false);
  EXPECT_EQ(rows[3]["bits_per_byte"], nullptr);
}

} // namespace
} // namespace nanobrain
