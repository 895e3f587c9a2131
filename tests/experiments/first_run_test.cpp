// experiments/first_run.sh as a user runs it, on a corpus of a few kilobytes.
#include <nlohmann/json.hpp>

#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kWriteShards = R"(
import sys, pyarrow, pyarrow.parquet
text, folder = sys.argv[1:]
documents = open(text).read().split('\n\n')
for shard in range(2):
    rows = pyarrow.table({'id': documents[shard::2], 'text': documents[shard::2]})
    pyarrow.parquet.write_table(rows, f'{folder}/{shard:03}.parquet')
)";

/// A folder of parquet shards, and the script with a model of a few weights.
class FirstRun : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto synth = run_process(
        {program(), "synth", "--output", dir_ / "text", "--bytes", "60000"});
    ASSERT_EQ(synth.exit_code, 0) << synth.err;
    fs::create_directory(dir_ / "shards");
    const auto written = run_process(
        {python(), "-c", kWriteShards, dir_ / "text", dir_ / "shards"});
    ASSERT_EQ(written.exit_code, 0) << written.err;
  }

  std::vector<std::string> command(std::vector<std::string> arguments) const {
    std::vector<std::string> all = {source_dir() / "experiments/first_run.sh"};
    for (const char* flag :
         {"--vocab-size",
          "400",
          "--set",
          "model.model_dim=16",
          "--set",
          "train.batch_size=4",
          "--set",
          "train.seq_len=32",
          "--set",
          "train.threads=1"}) {
      all.emplace_back(flag);
    }
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
  }
  ProcessResult run(const std::vector<std::string>& arguments) const {
    return run_process(
        command(arguments), {.environment = {{"NANOBRAIN", program()}}});
  }

  TempDir dir_;
};

TEST_F(FirstRun, GoesFromParquetShardsToAnEvaluatedModel) {
  const fs::path out = dir_ / "out";
  const auto done = run({dir_ / "shards", out, "--set", "train.steps=3"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("trigram"));
  EXPECT_THAT(done.out, HasSubstr("The history of"));
  const Json evaluation = Json::parse(read_text(out / "evaluation.json"));
  EXPECT_EQ(evaluation["baselines"].size(), 4);
  EXPECT_TRUE(fs::exists(out / "run" / "model" / "model.safetensors"));
}

TEST_F(FirstRun, MistakesCostNothingOfWhatIsMade) {
  const fs::path out = dir_ / "out";
  const auto misspelt = run({dir_ / "shards", out, "--set", "train.stpes=3"});
  EXPECT_EQ(misspelt.exit_code, 2);
  EXPECT_THAT(misspelt.err, HasSubstr("did you mean steps?"));
  EXPECT_FALSE(fs::exists(out));

  // A text that the tokenizer cannot be trained on does not take the folder.
  write_text(dir_ / "short.txt", "Too short.\n");
  EXPECT_EQ(run({dir_ / "short.txt", out}).exit_code, 1);
  // Nor does a share of the documents that is none.
  const std::vector<std::string> one_step = {
      dir_ / "shards", out, "--set", "train.steps=1", "--val-fraction"};
  const auto with_fraction = [&](const std::string& fraction) {
    std::vector<std::string> all = one_step;
    all.push_back(fraction);
    return run(all);
  };
  const auto none = with_fraction("0.0000001");
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.err, HasSubstr("none of"));
  const auto made = fs::last_write_time(out / "tokenizer" / "tokenizer.model");
  const auto done = with_fraction("0.2");
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(fs::last_write_time(out / "tokenizer" / "tokenizer.model"), made);
  const Json report = Json::parse(read_text(out / "data" / "prepare.json"));
  EXPECT_EQ(report["val_fraction"], 0.2);

  // Again, over the evaluation that is there.
  EXPECT_EQ(with_fraction("0.2").exit_code, 0);
  const auto changed = run(
      {dir_ / "shards",
       out,
       "--set",
       "train.steps=1",
       "--val-fraction",
       "0.2",
       "--set",
       "optimizer.lr=0.1"});
  EXPECT_EQ(changed.exit_code, 2);
  EXPECT_THAT(
      changed.err,
      HasSubstr(
          "train again from the start on the same tokens, remove " +
          (out / "run").string()));
}

TEST_F(FirstRun, GoesOnAfterAKill) {
  const fs::path out = dir_ / "out";
  const std::string checkpoint = out / "run" / "checkpoints";
  auto arguments = command(
      {dir_ / "shards",
       out,
       "--set",
       "train.steps=400",
       "--set",
       "train.checkpoint_every=2",
       "--set",
       "train.eval_every=0"});
  // The whole process group dies with the script, as at a power cut.
  std::vector<std::string> killed = {
      "bash",
      "-c",
      "setsid \"$@\" & until ls " + checkpoint +
          "/step-* >/dev/null 2>&1; do kill -0 $! || exit 1; sleep 0.02; "
          "done; kill -9 -- -$!; wait $!; exit 0",
      "kill"};
  killed.insert(killed.end(), arguments.begin(), arguments.end());
  const ProcessOptions options{.environment = {{"NANOBRAIN", program()}}};
  ASSERT_EQ(run_process(killed, options).exit_code, 0);
  ASSERT_FALSE(fs::exists(out / "run" / "model"));

  const auto resumed = run_process(arguments, options);
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("goes on after step"));
  EXPECT_TRUE(fs::exists(out / "evaluation.json"));
}

TEST_F(FirstRun, AnotherTextNeedsAnotherFolder) {
  const fs::path out = dir_ / "out";
  ASSERT_EQ(run({dir_ / "shards", out, "--set", "train.steps=1"}).exit_code, 0);
  const auto other = run({dir_ / "text", out});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.err, HasSubstr("tokenizer was made with --input "));

  const auto resplit = run({dir_ / "shards", out, "--val-fraction", "0.3"});
  EXPECT_EQ(resplit.exit_code, 1);
  EXPECT_THAT(resplit.err, HasSubstr("data was made with --input "));

  const auto both = run(
      {dir_ / "text", out, "--val", dir_ / "text", "--val-fraction", "0.1"});
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_THAT(both.err, HasSubstr("exclude each other"));
  EXPECT_EQ(run({dir_ / "text"}).exit_code, 2);
  EXPECT_EQ(run({dir_ / "text", out, "--vla", "x"}).exit_code, 2);
  const auto absent = run({dir_ / "absent", dir_ / "new"});
  EXPECT_EQ(absent.exit_code, 1);
  EXPECT_THAT(absent.err, HasSubstr("absent does not exist"));
  EXPECT_FALSE(fs::exists(dir_ / "new"));
  // Nothing of the user's is taken for a run.
  const auto taken = run({dir_ / "text", dir_ / "shards"});
  EXPECT_EQ(taken.exit_code, 1);
  EXPECT_THAT(taken.err, HasSubstr("holds other things"));
}

} // namespace
} // namespace nanobrain::testing
