// nanobrain train as a user calls it.
#include "nanobrain/base/json.h"
#include "tests/train/tiny_run.h"

namespace nanobrain {
namespace {

using testing::ProcessOptions;
using testing::ProcessResult;
using testing::TinyRun;
namespace fs = std::filesystem;

class TrainCommandTest : public ::testing::Test {
 protected:
  ProcessResult run(
      const std::vector<std::string>& arguments,
      const ProcessOptions& options = {}) const {
    std::vector<std::string> all = {testing::program()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return testing::run_process(all, options);
  }
  std::string path(const std::string& name) const { return tiny_.path(name); }
  TinyRun tiny_;
};

TEST_F(TrainCommandTest, PrintsOneJsonObjectThatEvalAgreesWith) {
  const auto trained =
      run({"train", tiny_.config(), "--output", path("run"), "--json"});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const Json result = parse_json(trained.out, "stdout");
  for (const char* key :
       {"steps",
        "tokens_per_s",
        "train_loss",
        "val_loss",
        "val_bits_per_byte",
        "model"}) {
    EXPECT_TRUE(result.contains(key)) << key;
  }
  EXPECT_THAT(trained.err, ::testing::HasSubstr("100 %"));

  const auto evaluated = run(
      {"eval",
       "--model",
       result["model"],
       "--input",
       path("val.txt"),
       "--threads",
       "1",
       "--json"});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  const Json loss = parse_json(evaluated.out, "stdout");
  EXPECT_NEAR(
      loss["nats_per_token"].get<double>(),
      result["val_loss"].get<double>(),
      1e-6);
  EXPECT_NEAR(
      loss["bits_per_byte"].get<double>(),
      result["val_bits_per_byte"].get<double>(),
      1e-6);
}

TEST_F(TrainCommandTest, SpeaksToPeopleWithoutJson) {
  const auto trained = run(
      {"train",
       tiny_.config(),
       "--output",
       path("run"),
       "--quiet",
       "--threads",
       "1",
       "--device",
       "cpu",
       "--set",
       "train.steps=2",
       "--set",
       "schedule.kind=constant"});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_EQ(trained.err, "");
  EXPECT_THAT(trained.out, ::testing::HasSubstr("trained 2 steps (128 tokens"));
  EXPECT_THAT(trained.out, ::testing::HasSubstr("bits per byte"));

  const auto again = run({"train", "--output", path("run"), "--resume"});
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_THAT(again.err, ::testing::HasSubstr("is finished already"));
  EXPECT_EQ(again.out, trained.out);
}

TEST_F(TrainCommandTest, FineTunesAModel) {
  ASSERT_EQ(
      run({"train", tiny_.config(), "--output", path("first"), "--quiet"})
          .exit_code,
      0);
  const auto tuned = run(
      {"train",
       tiny_.config(),
       "--output",
       path("second"),
       "--init-from",
       path("first") + "/model",
       "--quiet"});
  EXPECT_EQ(tuned.exit_code, 0) << tuned.err;
}

TEST_F(TrainCommandTest, WrongUseIsExitCodeTwo) {
  const auto refused = [&](const std::vector<std::string>& flags,
                           const std::string& message) {
    std::vector<std::string> all = {
        "train", tiny_.config(), "--output", path("run")};
    all.insert(all.end(), flags.begin(), flags.end());
    const auto result = run(all);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, ::testing::HasSubstr(message));
    EXPECT_FALSE(fs::exists(path("run")));
  };
  refused({"--set", "train.stesp=3"}, "did you mean steps?");
  refused({"--set", "train.steps"}, "train.steps");
  refused({"--reusme"}, "did you mean --resume?");
  refused({"--device", "tpu"}, "[train.device] cannot be \"tpu\"");
  refused({"--set", "model.num_heads=3"}, "num_heads");
}

TEST_F(TrainCommandTest, FailuresAreExitCodeOne) {
  const auto absent = run(
      {"train",
       tiny_.config(),
       "--output",
       path("run"),
       "--set",
       "data.val=" + path("absent.tokens")});
  EXPECT_EQ(absent.exit_code, 1);
  EXPECT_THAT(absent.err, ::testing::HasSubstr("absent.tokens"));
  EXPECT_FALSE(fs::exists(path("run")));

  const auto diverged = run(
      {"train",
       tiny_.config(),
       "--output",
       path("diverged"),
       "--set",
       "optimizer.lr=1.0e+30"});
  EXPECT_EQ(diverged.exit_code, 1);
  EXPECT_THAT(diverged.err, ::testing::HasSubstr("step"));
  EXPECT_THAT(diverged.err, ::testing::HasSubstr("lower optimizer.lr"));
}

TEST_F(TrainCommandTest, AFullDiskIsAnErrorAndNothingLooksWhole) {
  ProcessOptions options;
  options.max_file_bytes = 20'000; // config and logs fit, weights do not
  const auto full =
      run({"train", tiny_.config(), "--output", path("run")}, options);
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_THAT(full.err, ::testing::HasSubstr("free some space"));
  EXPECT_FALSE(fs::exists(path("run") + "/model"));
  EXPECT_TRUE(
      !fs::exists(path("run") + "/checkpoints") ||
      fs::is_empty(path("run") + "/checkpoints"));
}

} // namespace
} // namespace nanobrain
