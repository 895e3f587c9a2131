#include "nanobrain/base/error.h"
#include "nanobrain/inference/evaluation.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace ::testing;

EvalReport report_of(double nats) {
  const auto loss = [](double sum) {
    return LossSum{
        .nats = sum, .tokens = 100, .bytes = 400, .words = 80, .documents = 3};
  };
  EvalReport report;
  report.model = loss(nats);
  report.baselines = {{"uniform", loss(1000)}, {"bigram", loss(300)}};
  report.context = 256;
  report.stride = 128;
  report.seconds = 0.5;
  return report;
}

TEST(EvalReport, SaysWhichBaselinesTheModelBeats) {
  const EvalReport report = report_of(400);
  const std::string text = report.table().text();
  EXPECT_THAT(text, ContainsRegex("uniform +10\\.0000 .* beats it by 6\\.0"));
  EXPECT_THAT(text, ContainsRegex("bigram +3\\.0000 .* LOSES to it by 1\\.0"));
  EXPECT_THAT(text, HasSubstr("protocol documents"));
  EXPECT_THAT(text, HasSubstr("context 256, stride 128"));
  const Json json = report.to_json();
  EXPECT_EQ(json["baselines"][0]["name"], "uniform");
  EXPECT_EQ(json["baselines"][0]["model_beats_it"], true);
  EXPECT_EQ(json["baselines"][1]["model_beats_it"], false);
  EXPECT_NEAR(
      json["baselines"][1]["bits_per_byte"], 300 / std::log(2.0) / 400, 1e-12);
  EXPECT_EQ(json["tokens_per_s"], 200.0);
  EXPECT_EQ(json["protocol"], "documents");
  EXPECT_FALSE(json.contains("entropy"));
}

TEST(EvalReport, TwentyNatsUnderTheEntropyIsALeak) {
  EvalReport report = report_of(400);
  EXPECT_THAT(report.table().text(), Not(HasSubstr("exact entropy")));
  EXPECT_FALSE(report.leaked());

  report.floor_nats = 419;
  EXPECT_FALSE(report.leaked());
  EXPECT_NO_THROW(report.require_no_leak());
  EXPECT_THAT(report.table().text(), HasSubstr("exact entropy"));
  EXPECT_EQ(report.to_json()["leak"], false);
  EXPECT_EQ(report.to_json()["entropy"]["nats"], 419.0);
  EXPECT_EQ(report.to_json()["baselines"].size(), 2); // the floor is none

  report.floor_nats = 421;
  EXPECT_TRUE(report.leaked());
  EXPECT_EQ(report.to_json()["leak"], true);
  EXPECT_ERROR(
      Error, "LEAK: the loss is 21.0 nats under", report.require_no_leak());
}

} // namespace
} // namespace nanobrain
