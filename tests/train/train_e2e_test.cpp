// nanobrain train as a user calls it.
#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
using TrainCommand = CommandTest;

const std::string kTrain = "nanobrain train world/run.yaml --output run ";

TEST_F(TrainCommand, PrintsOneJsonObjectThatEvalAgreesWith) {
  const auto trained = run(kTrain + "--json");
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const Json result = Json::parse(trained.out);
  EXPECT_EQ(result, read_json("run/run.json")["result"]);
  EXPECT_THAT(trained.err, HasSubstr("100 %"));

  const Json loss = json(
      "nanobrain eval --input world/val.txt --threads 1 --model " +
      result["model"].get<std::string>());
  for (const auto& [eval, train] :
       {std::pair("nats_per_token", "val_loss"),
        std::pair("bits_per_byte", "val_bits_per_byte")}) {
    EXPECT_NEAR(loss[eval].get<double>(), result[train].get<double>(), 1e-6);
  }
}

TEST_F(TrainCommand, SpeaksToPeopleWithoutJson) {
  const auto trained =
      run(kTrain +
          "--quiet --threads 1 --device cpu --set train.steps=2 "
          "--set schedule.kind=constant");
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_EQ(trained.err, "");
  EXPECT_THAT(trained.out, HasSubstr("trained 2 steps (256 tokens"));
  EXPECT_THAT(trained.out, HasSubstr("bits per byte"));

  const auto again = run("nanobrain train --output run --resume");
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_THAT(again.err, HasSubstr("is finished already"));
  EXPECT_EQ(again.out, trained.out);
}

TEST_F(TrainCommand, WrongUseIsExitCodeTwoAndFailuresAreOne) {
  refused(
      2,
      {{kTrain + "--set train.stesp=3", "did you mean steps?"},
       {kTrain + "--set train.steps", "train.steps"},
       {kTrain + "--reusme", "did you mean --resume?"},
       {kTrain + "--device tpu",
        "[train.device] must be cpu or cuda, but is \"tpu\""},
       {kTrain + "--set model.num_heads=3", "num_heads"}});
  refused(1, {{kTrain + "--set data.val=absent.tokens", "absent.tokens"}});
  EXPECT_FALSE(exists("run"));
  const std::string diverging = kTrain + "--set optimizer.lr=1.0e+30";
  refused(1, {{diverging, "step"}, {diverging, "lower optimizer.lr"}});
}

TEST_F(TrainCommand, FineTunesByTheYamlThatTheModelStartedFrom) {
  output("(cat world/run.yaml; echo 'init: {kind: zero_out}') > first.yaml");
  const std::string tune =
      "nanobrain train first.yaml --output tuned --quiet --init-from "
      "world/run --set data.tokenizer=world/data "
      "--set data.train=world/data/train.tokens "
      "--set data.val=world/data/val.tokens ";
  refused(
      2, {{tune + "--set init.kind=gpt2", "[init] is of random weights, but"}});
  output(tune);
  const auto loss = [&](const std::string& folder) {
    return read_json(folder + "/run.json")["result"]["val_loss"].get<double>();
  };
  EXPECT_LT(loss("tuned"), loss("world/run") - 0.1);
}

} // namespace
} // namespace nanobrain::testing
