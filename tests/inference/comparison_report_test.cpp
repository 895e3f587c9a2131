#include "nanobrain/inference/comparison.h"

#include <numbers>
#include <sstream>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace ::testing;

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
  report.effective_units = 40;
  report.threads = 2;
  return report;
}

TEST(ComparisonReport, TextStatesTheRulesAndEveryFigure) {
  const std::string text = report().to_text();
  for (const std::string& words :
       {std::string("protocol hf: rows joined"),
        std::string("windows of every model: context 256, stride 256"),
        "text: 4,358 rows, 1,296,370 bytes, sha256 " + kSha,
        std::string("95 % intervals: 40 blocks of 32,410 bytes resampled "
                    "10,000 times"),
        std::string("-1.1000 .. -0.9000"),
        std::string("Speed: f32 on 2 threads.")}) {
    EXPECT_THAT(text, HasSubstr(words));
  }
  for (const char* words :
       {"quoted\" +5\\.5452 +256 +2\\.0000 +- ",
        "5\\.5000 \\.\\. 5\\.6000 +245 \\.\\. 270 +1\\.9000 \\.\\. 2\\.1000",
        "gpt2 +3\\.08.* 1\\.0000 +-1\\.0000 ",
        "gpt2 +90 +4\\.44 +2,182,144 +f32 +8\\.73 MB +180\n"}) {
    EXPECT_THAT(text, ContainsRegex(words));
  }
}

TEST(ComparisonReport, PublishedFiguresOfAnotherTextAreNotComparable) {
  ComparisonReport same_windows = report();
  for (const std::string& text :
       {same_windows.to_text(), same_windows.table().markdown()}) {
    for (const char* words :
         {"GPT-2, published \\[1\\][ |]+3\\.3992[ |]+29\\.94[ |]+1\\.088",
          "GPT-2, published \\[2\\][ |]+3\\.3992[ |]+29\\.94[ |]+not "
          "comparable"}) {
      EXPECT_THAT(text, ContainsRegex(words));
    }
    for (const char* words :
         {"[1] This text (this very text, by its sha256); context 1024, stride "
          "1024 (not the models' above); https://example.org/a",
          "[2] Another text (another text than this one: no bits per byte to "
          "compare by); context 1024, stride 1024; https://example.org/a"}) {
      EXPECT_THAT(text, HasSubstr(words));
    }
  }
  // Its sizes are another text's.
  const std::string text = same_windows.to_text();
  EXPECT_THAT(
      text.substr(text.find("parameters")), Not(HasSubstr("published [2]")));
  same_windows.context = same_windows.stride = 1024;
  EXPECT_THAT(same_windows.to_text(), Not(HasSubstr("not the models'")));
}

TEST(ComparisonReport, MarkdownIsOneTable) {
  const std::string text = report().table().markdown();
  EXPECT_THAT(
      text,
      ::testing::StartsWith(
          "| model | nats/token | perplexity | bits/byte | less the first | "
          "word perplexity | tokens | bytes/token | parameters | precision | "
          "model file | tokens/s |\n"));
  EXPECT_THAT(text, HasSubstr("\n| run/a\\|b"));
  EXPECT_THAT(text, HasSubstr("| 2.0000 (1.9000 .. 2.1000) | - |"));
  EXPECT_THAT(text, HasSubstr("| - | - | - | - | 124,439,808 | - | - | - |"));
}

TEST(ComparisonReport, WarnsOfFewUnits) {
  ComparisonReport few = report();
  EXPECT_THAT(few.to_text(), Not(HasSubstr("WARNING")));
  EXPECT_EQ(few.to_json()["intervals"]["few_units"], false);
  few.effective_units = 19.5;
  EXPECT_THAT(few.to_text(), HasSubstr("say as much as 19.5 of one size"));
  EXPECT_EQ(few.to_json()["intervals"]["few_units"], true);
}

TEST(ComparisonReport, WithoutIntervals) {
  ComparisonReport short_text = report();
  for (ComparedModel& model : short_text.models) model.intervals.reset();
  short_text.units = {.count = 1, .block_bytes = 1, .articles = {}};
  const std::string text = short_text.to_text();
  EXPECT_THAT(
      text, HasSubstr("95 % intervals: none, the text cannot be split"));
  EXPECT_THAT(text, Not(HasSubstr(" .. ")));
  EXPECT_EQ(short_text.to_json()["rows"][0]["intervals"], nullptr);
}

TEST(ComparisonReport, CsvHoldsTheFiguresOfTheJson) {
  std::istringstream csv(report().table().csv());
  const auto line = [&] {
    std::string text;
    std::getline(csv, text);
    return text;
  };
  EXPECT_EQ(
      line(),
      "model,published,context,stride,text,tokens,nats_per_token,"
      "nats_per_token_low,nats_per_token_high,perplexity,perplexity_low,"
      "perplexity_high,bits_per_byte,bits_per_byte_low,bits_per_byte_high,"
      "bits_per_byte_difference,bits_per_byte_difference_low,"
      "bits_per_byte_difference_high,word_perplexity,word_perplexity_low,"
      "word_perplexity_high,parameters,model_bytes,tokens_per_s,source,"
      "loses_to,seed_share");
  const Json rows = report().to_json()["rows"];
  const auto written = [&](size_t row, const char* key) {
    return "," + rows[row][key].dump() + ",";
  };
  const std::string first = line();
  EXPECT_THAT(
      first,
      ::testing::StartsWith(
          "\"run/a|b, \"\"quoted\"\"\",false,256,256," + kSha + ",100,"));
  for (const char* key : {"nats_per_token", "perplexity", "word_perplexity"}) {
    EXPECT_THAT(first, HasSubstr(written(0, key))) << key;
  }
  EXPECT_THAT(first, HasSubstr(",2.0,1.9,2.1,0.0,0.0,0.0,"));
  EXPECT_THAT(first, ::testing::EndsWith(",2182144,8730000,200.0,,,"));
  EXPECT_THAT(line(), HasSubstr(",1.0,1.9,2.1,-1.0,-1.1,-0.9,"));
  const std::string end = ",,,,,,,,,124439808,,,https://example.org/a,,";
  const std::string published = "GPT-2,true,1024,1024,This text,287644,";
  const std::string bits = rows[2]["bits_per_byte"].dump();
  EXPECT_THAT(
      line(),
      AllOf(
          ::testing::StartsWith(published),
          ::testing::EndsWith(",29.94,,," + bits + end)));
  EXPECT_THAT(line(), ::testing::EndsWith(",29.94,,," + end));
}

TEST(ComparisonReport, SaysWhereAModelLosesToSomethingCounted) {
  ComparisonReport counted = report();
  const auto add =
      [&](const char* name, std::vector<size_t> models, double bits) {
        ComparedBaseline baseline;
        baseline.name = name;
        baseline.models = std::move(models);
        baseline.loss = counted.models[0].loss;
        baseline.loss.nats = bits * 400 * std::numbers::ln2;
        baseline.counted_tokens = 8'192'000;
        counted.baselines.push_back(baseline);
      };
  // The first model has 2 bits per byte, the second 1.
  add("bigram (Kneser-Ney)", {0, 1}, 1.75);
  add("trigram (Kneser-Ney)", {0, 1}, 1.5);
  add("bigram (Kneser-Ney)", {1}, 0.875);
  const std::string lost =
      " LOSES to the bigram by 0.2500, to the trigram by 0.5000 bits per "
      "byte\n";
  for (const std::string& text :
       {counted.to_text(), counted.table().markdown()}) {
    EXPECT_THAT(text, HasSubstr("quoted\"" + lost));
    EXPECT_THAT(text, HasSubstr("gpt2 LOSES to the bigram by 0.1250 bits"));
    EXPECT_THAT(
        text,
        ContainsRegex(
            "trigram \\(Kneser-Ney\\) of run/a.*, gpt2[ |]+4.*1\\.5"));
  }
  EXPECT_THAT(
      counted.table().csv(),
      HasSubstr(",LOSES to the bigram by 0.1250 bits per byte,\n"));
  const Json rows = counted.to_json()["rows"];
  EXPECT_EQ(rows[0]["loses_to"][1]["name"], "trigram (Kneser-Ney)");
  EXPECT_NEAR(rows[0]["loses_to"][1]["bits_per_byte"], 0.5, 1e-12);
  EXPECT_EQ(rows[4]["baseline"], true);
  EXPECT_EQ(rows[4]["baseline_tokens"], 8'192'000);
  EXPECT_EQ(rows[3]["published"], true);
  EXPECT_EQ(report().to_json()["rows"][0]["loses_to"], nullptr);
}

TEST(ComparisonReport, NamesTheShareOfTheSeedsBesideTheTexts) {
  ComparisonReport seeds = report();
  EXPECT_THAT(
      seeds.to_text(),
      HasSubstr("of the text alone: another training seed gives another model, "
                "by 0.0036 bits/byte"));
  EXPECT_EQ(seeds.to_json()["seeds"].size(), 0);
  EXPECT_EQ(seeds.to_json()["rows"][0]["seed_share"], nullptr);
  seeds.seeds = {{{0, 1}, 0.003, 0.001}};
  const std::string text = seeds.to_text();
  EXPECT_THAT(
      text,
      HasSubstr("gpt2: 90 % of the variance of bits/byte comes from training "
                "seeds (standard deviation 0.0030 among 2, of the text "
                "0.0010)"));
  EXPECT_THAT(text, Not(HasSubstr("0.0036")));
  const Json json = seeds.to_json();
  EXPECT_EQ(json["seeds"][0]["models"][1], "gpt2");
  EXPECT_NEAR(json["rows"][1]["seed_share"], 0.9, 1e-12);
  EXPECT_THAT(
      seeds.table().csv(),
      HasSubstr(",200.0,,," + json["rows"][0]["seed_share"].dump() + "\n"));
}

TEST(ComparisonReport, JsonMarksPublishedRows) {
  const Json json = report().to_json();
  EXPECT_EQ(json["protocol"], "hf");
  EXPECT_EQ(json["intervals"]["unit"], "block");
  EXPECT_EQ(json["intervals"]["units"], 40);
  EXPECT_EQ(json["intervals"]["block_bytes"], 32'410);
  const Json& rows = json["rows"];
  EXPECT_EQ(rows[0]["published"], false);
  EXPECT_EQ(rows[1]["intervals"]["bits_per_byte_difference"][0], -1.1);
  EXPECT_EQ(rows[2]["published"], true);
  EXPECT_EQ(rows[2]["same_text"], true);
  EXPECT_NEAR(rows[2]["bits_per_byte"].get<double>(), 1.088, 1e-3);
  EXPECT_EQ(rows[3]["same_text"], false);
  EXPECT_EQ(rows[3]["bits_per_byte"], nullptr);
}

} // namespace
} // namespace nanobrain
