// What the rows of a sweep were made with, and what it refuses to mix.
#include <algorithm>

#include "tests/cli/sweep_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;

class SweepProvenance : public SweepTest {
 protected:
  /// Two cells on tokens of their own.
  void SetUp() override {
    SweepTest::SetUp();
    fs::create_directory(path("tokens"));
    for (const char* name : {"train.tokens", "val.tokens"}) {
      fs::copy(path("world/data/") + name, path("tokens/") + name);
    }
    write_sweep(
        "grid: {model.ffn_dim: [16, 32]}\nseeds: [1]\nbudget: {steps: 4}\n"
        "set: {data.train: tokens/train.tokens}\n");
    json(sweep("out"));
  }

  /// As if it had not run yet.
  void forget(const std::string& run) const { fs::remove_all(path(run)); }

  const std::string first_ = seed("out", "ffn_dim=16", 1);
  const std::string second_ = seed("out", "ffn_dim=32", 1);
};

TEST_F(SweepProvenance, EveryRowHasWhatItsRunRecorded) {
  const Json record = read_json(first_ + "/run/run.json");
  const Json& session = record["sessions"][0];
  const Json result = result_of(first_);
  for (const char* key : {"commit", "compiler", "cpu"}) {
    EXPECT_EQ(result[key], session["host"][key]) << key;
  }
  for (const char* key : {"isa", "libtorch", "device", "threads"}) {
    EXPECT_EQ(result[key], session[key]) << key;
  }
  EXPECT_EQ(result["host"], session["host"]["hostname"]);
  EXPECT_EQ(result["timed_on"], result["host"]);
  EXPECT_EQ(result["arithmetic"], "f32");
  EXPECT_EQ(result["train_xxh3"], record["data"]["train"]["xxh3"]);
  EXPECT_EQ(result["val_xxh3"], record["data"]["val"]["xxh3"]);
  EXPECT_EQ(result["tokenizer_sha256"], record["data"]["tokenizer"]["sha256"]);
  const std::string rows = read("out/summary.csv");
  for (const char* key : {"commit", "libtorch", "val_xxh3", "timed_on"}) {
    EXPECT_THAT(rows, HasSubstr(key));
    EXPECT_THAT(rows, HasSubstr(result[key].get<std::string>()));
  }
}

TEST_F(SweepProvenance, OtherTokensAtTheSamePathAreRefused) {
  forget(second_);
  fs::copy(
      path("tokens/val.tokens"),
      path("tokens/train.tokens"),
      fs::copy_options::overwrite_existing);
  refused(
      1,
      {{sweep("out"),
        "training tokens: " +
            result_of(first_)["train_xxh3"].get<std::string>() +
            " of ffn_dim=16/seed-1, but "},
       {sweep("out"), "of ffn_dim=32/seed-1 as it would run here"},
       {sweep("out"), "--allow-mixed"}});
  EXPECT_FALSE(exists(second_ + "/status.json"));
  EXPECT_EQ(json(sweep("out --allow-mixed"))["mixed"], "train_xxh3");
  EXPECT_THAT(read("out/cells.csv"), HasSubstr("train_xxh3\n"));
  // Nothing is left to run; the tables go on saying so.
  EXPECT_THAT(
      output(sweep("out")), HasSubstr("the runs are mixed: training tokens ("));
  output("nanobrain report out --markdown cells.md");
  EXPECT_THAT(read("cells.md"), HasSubstr("the runs are mixed: training"));
}

TEST_F(SweepProvenance, AnotherInstructionSetIsRefused) {
  if (result_of(first_)["isa"] == "portable")
    GTEST_SKIP() << "this processor has the portable instructions alone";
  forget(second_);
  refused(1, {{"NANOBRAIN_ISA=portable " + sweep("out"), "instruction set: "}});
}

TEST_F(SweepProvenance, TimesThatAreMissingAreTakenBySweepingAgain) {
  Json result = result_of(first_);
  result.erase("forward_ms");
  write(first_ + "/result.json", result.dump());
  const Json other = result_of(second_);
  json(sweep("out"));
  EXPECT_GT(result_of(first_)["forward_ms"], 0);
  EXPECT_EQ(result_of(second_), other);
}

} // namespace
} // namespace nanobrain::testing
