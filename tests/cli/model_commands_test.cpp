// What eval, generate, inspect, prepare and train make of a trained model, as a
// script calls them.
#include <cmath>

#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
using ModelCommands = CommandTest;

const std::string kEval =
    "nanobrain eval --model world/run --input world/data/val.tokens ";
const std::string kTrain = "nanobrain train world/run.yaml --quiet --output ";

TEST_F(ModelCommands, EvalReportsWhatTokenFilesHold) {
  const Json val = read_json("world/data/prepare.json")["val"];
  const Json result = json(
      kEval +
      "--baseline-tokens world/data/train.tokens --output evaluation.json");
  EXPECT_EQ(result["tokens"], val["tokens"]);
  EXPECT_EQ(result["bytes"], val["bytes"]);
  EXPECT_EQ(result["baselines"].size(), 6);
  const double nats = result["nats_per_token"];
  EXPECT_NEAR(result["perplexity"].get<double>(), std::exp(nats), 1e-9 * nats);
  EXPECT_NEAR(
      result["bits_per_byte"].get<double>(),
      nats * val["tokens"].get<double>() / std::log(2) /
          val["bytes"].get<double>(),
      1e-9);
  EXPECT_EQ(read_json("evaluation.json"), result);
}

TEST_F(ModelCommands, EvalRefusesBadInputAndReplacesNothingUnlessForced) {
  write("empty.txt", "");
  write("rows.tsv", "old");
  write("val.tokens", read("world/data/val.tokens"));
  const std::string eval =
      "nanobrain eval --model world/run --input val.tokens ";
  refused(
      1,
      {{"nanobrain eval --model absent --input val.tokens", "absent"},
       {"nanobrain eval --model world/run --input absent.txt", "absent.txt"},
       {"nanobrain eval --model world/run --input empty.txt", "empty"},
       {eval + "--per-document rows.tsv", "rows.tsv exists already"}});
  refused(
      2,
      {{eval + "--precision f16", "f16"},
       {eval + "--stride 33", "stride"},
       {eval + "--output val.tokens", "--input and --output both name"},
       {eval + "--per-document val.tokens", "--input and --per-document both"},
       {eval + "--per-document o --output o",
        "--per-document and --output both name"}});
  EXPECT_EQ(read("val.tokens"), read("world/data/val.tokens"));
  json(eval + "--per-document rows.tsv --force");
  EXPECT_NE(read("rows.tsv"), "old");
}

// Progress would go to the file that got the number of stderr.
TEST_F(ModelCommands, AClosedStderrLeavesFilesAsTheyAre) {
  output(
      "nanobrain prepare --input world/text.txt --val-input world/val.txt "
      "--tokenizer world/tokenizer --output closed <&- >/dev/null 2>&-");
  for (const char* name : {"/train.tokens", "/val.tokens"}) {
    EXPECT_EQ(
        read(std::string("closed") + name),
        read(std::string("world/data") + name));
  }
}

TEST_F(ModelCommands, FineTuningTakesARunFolder) {
  refused(
      1,
      {{kTrain + "tuned --init-from world/data",
        "data is neither a model folder"}});
  EXPECT_FALSE(exists("tuned"));
  EXPECT_EQ(json(kTrain + "tuned --init-from world/run")["steps"], 3);
}

TEST_F(ModelCommands, InspectTakesOverrides) {
  const std::string inspect = "nanobrain inspect --config world/run.yaml ";
  const Json report = json(
      inspect +
      "--set model.model_dim=16 --text 'The cat' --csv t.csv --markdown t.md "
      "--output t.json");
  EXPECT_EQ(report["parameters_by_part"]["positions"], 32 * 16);
  EXPECT_EQ(read_json("t.json"), report);
  EXPECT_THAT(read("t.csv"), HasSubstr("\npositions,512,32 x 16\n"));
  EXPECT_THAT(read("t.md"), HasSubstr("\n| positions | 512 | 32 x 16 |\n"));
  refused(
      2,
      {{inspect + "--set train.stpes=1", "did you mean steps?"},
       {inspect + "--csv world/run.yaml", "--config and --csv both name"},
       {"nanobrain inspect --set model.model_dim=16", "--config"}});
}

TEST_F(ModelCommands, AModelThatSawTheTextIsReportedAsALeak) {
  json("nanobrain synth --output short.txt --bytes 1500");
  json(
      "nanobrain prepare --input world/text.txt --val-input short.txt "
      "--tokenizer world/tokenizer --output leaked");
  json(
      kTrain +
      "parrot --set data.train=leaked/val.tokens "
      "--set data.val=leaked/val.tokens --set model.model_dim=64 "
      "--set model.max_seq_len=128 --set train.seq_len=128 "
      "--set train.steps=400");
  const auto result = run("nanobrain eval --model parrot --input short.txt");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("LEAK"));
  EXPECT_THAT(result.out, HasSubstr("exact entropy"));
}

TEST_F(ModelCommands, GenerateStreamsTheTextThatJsonHolds) {
  write("prompt.txt", "The ");
  // Past the context of 32.
  const std::string generate =
      "nanobrain generate --model world/run --max-tokens 40 --seed 7 ";
  const Json result = json(generate + "--prompt 'The '");
  EXPECT_EQ(
      output(generate + "--prompt 'The '"),
      "The " + result["text"].get<std::string>() + "\n");
  EXPECT_LE(result["tokens"], 40);
  EXPECT_GT(result["tokens_per_s"], 0);
  EXPECT_EQ(
      json(generate + "--prompt-file prompt.txt")["text"], result["text"]);
}

TEST_F(ModelCommands, GenerateRefusesBadInput) {
  const std::string generate = "nanobrain generate --model world/run ";
  refused(
      2,
      {{generate + "--temperature -1", "temperature"},
       {generate + "--prompt a --prompt-file b", "--prompt"}});
  refused(
      1,
      {{generate + "--prompt $'a\\xff'", "not valid UTF-8 at byte 1"},
       {"nanobrain generate --model absent", "absent"}});
}

} // namespace
} // namespace nanobrain::testing
