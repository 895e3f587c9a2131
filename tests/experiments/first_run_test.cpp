// experiments/first_run.sh as a user runs it, on a corpus of a few kilobytes.
#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
class FirstRun : public CommandTest {
 protected:
  void SetUp() override {
    if (!exists("world/shards")) GTEST_SKIP() << kNoPython;
  }
  /// The script, with a model of a few weights.
  static std::string first_run(const std::string& arguments) {
    return "first_run.sh --vocab-size 400 --set model.num_layers=1 "
           "--set model.model_dim=16 --set model.max_seq_len=32 "
           "--set train.batch_size=4 --set train.seq_len=32 "
           "--set train.threads=1 --set schedule.warmup_steps=1 " +
           arguments;
  }
};

TEST_F(FirstRun, GoesFromParquetShardsToAnEvaluatedModel) {
  const std::string text = output(
      first_run("world/shards out --val-fraction 0.1 --set train.steps=3"));
  EXPECT_THAT(text, HasSubstr("trigram"));
  EXPECT_THAT(text, HasSubstr("The history of"));
  EXPECT_EQ(read_json("out/evaluation.json")["baselines"].size(), 6);
  EXPECT_TRUE(exists("out/data/test.tokens"));
  EXPECT_TRUE(exists("out/run/model/model.safetensors"));

  // Another text needs another folder, and nothing of the user's is taken.
  const auto other = [&](int exit_code,
                         const std::string& arguments,
                         const std::string& words) {
    refused(exit_code, {{first_run(arguments), words}});
  };
  other(1, "world/text.txt out", "tokenizer was made with --input ");
  other(1, "world/shards out --val-fraction 0.3", "data was made with --input");
  other(
      2,
      "world/text.txt out --val world/val.txt --val-fraction 0.1",
      "exclude each other");
  other(2, "world/text.txt", "usage: ");
  other(2, "world/text.txt out --vla x", "there is no flag --vla");
  other(
      1,
      "world/shards out --val-fraction 0.1 --config " +
          (source_dir() / "experiments/adamw.yaml").string(),
      "adamw.yaml; name another folder, or remove " + path("out/run"));
  other(1, "absent new", "absent does not exist");
  other(1, "world/text.txt new --config absent", "absent does not exist");
  EXPECT_FALSE(exists("new"));
  other(1, "world/text.txt world/shards", "holds other things");
}

TEST_F(FirstRun, MistakesCostNothingOfWhatIsMade) {
  const auto misspelt = run(first_run("world/shards out --set train.stpes=3"));
  EXPECT_EQ(misspelt.exit_code, 2);
  EXPECT_THAT(misspelt.err, HasSubstr("did you mean steps?"));
  EXPECT_FALSE(exists("out"));

  // A text that the tokenizer cannot be trained on does not take the folder.
  write("short.txt", "Too short.\n");
  EXPECT_EQ(run(first_run("short.txt out")).exit_code, 1);
  // Nor does a share of the documents that is none.
  const std::string one_step =
      first_run("world/shards out --set train.steps=1 --val-fraction ");
  const auto none = run(one_step + "0.0000001");
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.err, HasSubstr("none of"));
  const fs::path tokenizer = path("out/tokenizer/tokenizer.model");
  const auto made = fs::last_write_time(tokenizer);
  output(one_step + "0.2");
  // It is of other documents now.
  EXPECT_NE(fs::last_write_time(tokenizer), made);
  EXPECT_EQ(read_json("out/data/prepare.json")["val_fraction"], 0.2);

  // Again, over the evaluation that is there.
  output(one_step + "0.2");
  const auto changed = run(one_step + "0.2 --set optimizer.lr=0.1");
  EXPECT_EQ(changed.exit_code, 2);
  EXPECT_THAT(
      changed.err,
      HasSubstr(
          "train again from the start on the same tokens, remove " +
          path("out/run")));
}

TEST_F(FirstRun, ResumesAfterAKill) {
  const std::string line = first_run(
      "world/shards out --val-fraction 0.1 --set train.steps=100 --set "
      "train.checkpoint_every=2 "
      "--set train.eval_every=0");
  // The whole process group dies with the script, as at a power cut.
  const auto killed =
      run("setsid " + line +
          " & until ls out/run/checkpoints/step-* >/dev/null 2>&1; do "
          "kill -0 $! || exit 1; sleep 0.02; done; "
          "kill -9 -- -$!; wait $!; exit 0");
  ASSERT_EQ(killed.exit_code, 0) << killed.err;
  ASSERT_FALSE(exists("out/run/model"));

  const auto resumed = run(line);
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("resumes after step"));
  EXPECT_TRUE(exists("out/evaluation.json"));
}

} // namespace
} // namespace nanobrain::testing
