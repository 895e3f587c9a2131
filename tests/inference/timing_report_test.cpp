#include "nanobrain/inference/timing.h"
#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

/// 4 ms and 1 ms of a forward.
TimingReport forward_report() {
  const Statistics slow = {
      .count = 9,
      .min = 3e-3,
      .p50 = 4e-3,
      .p90 = 5e-3,
      .p99 = 6e-3,
      .max = 7e-3};
  const Statistics fast = {
      .count = 30,
      .min = 0.5e-3,
      .p50 = 1e-3,
      .p90 = 1.5e-3,
      .p99 = 2e-3,
      .max = 2.5e-3};
  return {
      .work = TimedWork::kForward,
      .rows =
          {{.model = "runs/a",
            .precision = "f32",
            .backend = "LibTorch",
            .threads = 2,
            .tokens = 64,
            .seconds = slow,
            .turns = {3e-3, 4e-3, 6e-3, 2e-3}},
           {.model = "second",
            .precision = "int8",
            .backend = "amx",
            .threads = 1,
            .tokens = 64,
            .cold = true,
            .seconds = fast,
            .turns = {1e-3, 2e-3, 1e-3, 0.5e-3}}},
      .eviction = "1.00 GB written",
      .cpu = "A processor",
      .isa = "amx",
      .commit = "abc123"};
}

/// 128 tokens in 0.1 s, the slowest in 0.2, the fastest in 0.05.
TimingReport generation_report() {
  TimingReport report = forward_report();
  report.work = TimedWork::kGenerate;
  report.eviction.clear();
  report.rows.resize(1);
  TimingRow& row = report.rows[0];
  row.prompt_tokens = 16;
  row.tokens = 128;
  row.seconds = {.count = 10, .min = 0.05, .p50 = 0.1, .max = 0.2};
  row.turns = {0.1};
  row.token_seconds = {.p50 = 7e-6, .p90 = 8e-6, .p99 = 9e-6};
  return report;
}

TEST(TimingReport, JsonHasTheFirstRowAtTheTop) {
  const Json json = forward_report().to_json();
  EXPECT_EQ(json["work"], "forward");
  EXPECT_DOUBLE_EQ(json["median_ms"], 4);
  EXPECT_DOUBLE_EQ(json["min"], 3);
  EXPECT_DOUBLE_EQ(json["max"], 7);
  EXPECT_EQ(json["threads"], 2);
  EXPECT_EQ(json["cpu"], "A processor");
  EXPECT_EQ(json["cold"], "1.00 GB written");
  ASSERT_EQ(json["rows"].size(), 2);
  const Json& second = json["rows"][1];
  EXPECT_EQ(second["cache"], "cold");
  EXPECT_EQ(second["precision"], "int8");
  EXPECT_DOUBLE_EQ(second["p90_ms"], 1.5);
  EXPECT_DOUBLE_EQ(second["p99_ms"], 2);
  // numpy.percentile([3, 2, 6, 4], [50, 25, 75]), not 4 ms : 1 ms.
  EXPECT_DOUBLE_EQ(second["ratio"], 3.5);
  EXPECT_DOUBLE_EQ(second["ratio_p25"], 2.75);
  EXPECT_DOUBLE_EQ(second["ratio_p75"], 4.5);
  EXPECT_EQ(json["rows"][0]["ratio"], 1);
  EXPECT_EQ(json["rows"][0]["ratio_p75"], 1);
  EXPECT_FALSE(second.contains("cpu"));
}

TEST(TimingReport, GenerationIsToldInTokensASecond) {
  TimingReport report = generation_report();
  const Json json = report.to_json();
  EXPECT_EQ(json["work"], "generate");
  EXPECT_DOUBLE_EQ(json["tokens_per_s"], 1280);
  EXPECT_DOUBLE_EQ(json["min"], 640); // the slowest
  EXPECT_DOUBLE_EQ(json["max"], 2560);
  EXPECT_FALSE(json.contains("median_ms"));
  EXPECT_FALSE(json.contains("cold"));
  const Json& row = json["rows"][0];
  EXPECT_EQ(row["prompt_tokens"], 16);
  EXPECT_DOUBLE_EQ(row["token_p50_us"], 7);
  EXPECT_DOUBLE_EQ(row["token_p90_us"], 8);
  EXPECT_DOUBLE_EQ(row["token_p99_us"], 9);

  // Faster is more, in both units.
  report.rows.push_back(report.rows[0]);
  report.rows[1].turns = {0.05};
  EXPECT_DOUBLE_EQ(report.ratio(report.rows[1]).p50, 2);
  // So do more tokens in the same time.
  report.rows[1].tokens = 512;
  EXPECT_DOUBLE_EQ(report.ratio(report.rows[1]).p50, 8);
}

TEST(TimingReport, CsvHasInEveryRowWhatJsonHasOnce) {
  const std::string csv = forward_report().table().csv();
  EXPECT_THAT(csv, ::testing::StartsWith("work,model,precision,backend,"));
  EXPECT_THAT(csv, HasSubstr("\nforward,second,int8,amx,1,64,cold,30,"));
  EXPECT_THAT(csv, HasSubstr(",3.5,2.75,4.5,A processor,amx,abc123\n"));
  EXPECT_THAT(
      generation_report().table().csv(),
      HasSubstr("\ngenerate,runs/a,f32,LibTorch,2,16,128,warm,10,1280.0,"));
}

TEST(TimingReport, TablesSayHowTheyWereMade) {
  const std::string forward = forward_report().table().text();
  for (const char* words :
       {"4.0000",
        "0.5000",
        "cold",
        "3.50",
        "take turns in each repetition",
        "1.00 GB",
        "processor; amx; commit abc"}) {
    EXPECT_THAT(forward, HasSubstr(words));
  }
  const std::string generation = generation_report().table().text();
  for (const char* words : {"1280", "640", "2560", "7.0", "8.0", "9.0"}) {
    EXPECT_THAT(generation, HasSubstr(words));
  }
  EXPECT_THAT(generation, Not(HasSubstr("Cold")));
  EXPECT_THAT(generation, Not(HasSubstr("turns"))); // of one row
}

} // namespace
} // namespace nanobrain::testing
