#include <set>
#include <sstream>

#include "tests/inference/evaluation_fixture.h"

namespace nanobrain::testing {
namespace {

class EvaluationParts : public EvaluationTest {};

TEST_F(EvaluationParts, AddUpToTheWholeLoss) {
  EvalRequest split = request();
  split.text.inputs.push_back(*folder_ / "more.txt");
  write_text(*folder_ / "more.txt", val_[3].text);
  split.by = {"position", "frequency", "source"};
  split.baseline_tokens = *folder_ / "train.tokens";
  split.options.stride = 8;
  split.per_document = *folder_ / "split.jsonl";
  const EvalReport report = run(split);
  ASSERT_EQ(report.parts.size(), 3);
  for (const LossParts& parts : report.parts) {
    LossSum sum;
    for (const LossPart& part : parts.parts) sum += part.loss;
    EXPECT_EQ(sum.tokens, report.model.tokens) << parts.by;
    EXPECT_EQ(sum.bytes, report.model.bytes) << parts.by;
    EXPECT_NEAR(sum.nats, report.model.nats, 1e-6) << parts.by;
  }
  // Windows of 32 every 8: 1, 2, 3 to 4, 5 to 8, 9 to 16 and 17 to 24 only at
  // the start, then 25 to 32.
  const auto& by_position = report.parts[0].parts;
  ASSERT_EQ(by_position.size(), 6);
  EXPECT_EQ(by_position[4].loss.tokens, 8);
  EXPECT_EQ(by_position[5].loss.tokens, report.model.tokens - 16);

  // Those of the training record's 2,000 tokens that were never seen.
  const TokenFile train(*folder_ / "train.tokens");
  std::set<TokenId> seen;
  for (int64_t i = 0; i < kTrained; ++i) seen.insert(train[i]);
  int64_t unseen = 0;
  for (size_t i = 0; i <= val_.size(); ++i) {
    const auto& text = i < val_.size() ? val_[i].text : val_[3].text;
    for (const TokenId id : tokenizer_->encode(text))
      unseen += !seen.contains(id);
  }
  EXPECT_EQ(report.parts[1].parts.back().loss.tokens, unseen);
  EXPECT_GT(unseen, 0);

  // The one document of the second input.
  double last = 0;
  std::istringstream lines(read_text(*folder_ / "split.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    last = parse_json(line, "row")["nats"].get<double>();
  }
  EXPECT_NEAR(report.parts[2].parts[1].loss.nats, last, 1e-9);
  const Json json = report.to_json()["by"];
  EXPECT_EQ(json["source"].size(), 2);
  EXPECT_EQ(json["source"][1]["part"], (*folder_ / "more.txt").string());
  EXPECT_EQ(report.tables().size(), 4);
}

} // namespace
} // namespace nanobrain::testing
