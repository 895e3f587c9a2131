// nanobrain bench forward and generate, as a script calls them.
#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;

using BenchCommand = CommandTest;

const std::string kForward =
    "nanobrain bench forward --model world/int8 "
    "--tokens 8 --repetitions 3 --warm-up 1 ";
const std::string kGenerate =
    "nanobrain bench generate --model world/int8 "
    "--tokens 8 --repetitions 3 --warm-up 1 ";

TEST_F(BenchCommand, OneRowHasItsFiguresAtTheTop) {
  const Json forward = json(kForward + "--threads 1");
  for (const char* key : {"median_ms", "min", "max"}) {
    EXPECT_GT(forward[key], 0) << key;
  }
  EXPECT_LE(forward["min"], forward["median_ms"]);
  EXPECT_EQ(forward["threads"], 1);
  for (const char* key : {"cpu", "isa", "commit"}) {
    EXPECT_NE(forward[key], "") << key;
  }
  ASSERT_EQ(forward["rows"].size(), 1u);
  EXPECT_EQ(forward["rows"][0]["repetitions"], 3);
  EXPECT_EQ(forward["rows"][0]["precision"], "int8");
  EXPECT_EQ(json(kForward + "--threads 1 --last")["work"], "prompt");

  const Json generated = json(kGenerate + "--threads 1 --prompt-tokens 4");
  EXPECT_GT(generated["tokens_per_s"], 0);
  EXPECT_LE(generated["min"], generated["tokens_per_s"]);
  EXPECT_EQ(generated["rows"][0]["prompt_tokens"], 4);
  EXPECT_GT(generated["rows"][0]["token_p50_us"], 0);
}

TEST_F(BenchCommand, ModelsThreadsAndCachesSideBySide) {
  const Json rows =
      json(kForward + "--model world/run --threads 2,1 --cold")["rows"];
  ASSERT_EQ(rows.size(), 8u);
  EXPECT_EQ(rows[0]["model"], "world/int8");
  EXPECT_EQ(rows[0]["threads"], 2);
  EXPECT_EQ(rows[0]["cache"], "warm");
  EXPECT_EQ(rows[0]["ratio"], 1);
  EXPECT_EQ(rows[1]["cache"], "cold");
  EXPECT_EQ(rows[2]["threads"], 1);
  EXPECT_EQ(rows[4]["model"], "world/run");
  EXPECT_EQ(rows[4]["precision"], "f32");
  EXPECT_EQ(rows[7]["threads"], 1);

  const std::string table = output(kGenerate + "--model world/run");
  for (const char* words : {"int8", "f32", "tokens/s", "p99", "commit "}) {
    EXPECT_THAT(table, HasSubstr(words));
  }
}

TEST_F(BenchCommand, AConfigIsTimedWithRandomWeights) {
  const Json made = json(
      "nanobrain bench forward --config world/run.yaml --vocab-size 300 "
      "--set model.max_seq_len=20 --tokens 20 --repetitions 1");
  EXPECT_EQ(made["rows"][0]["model"], "world/run.yaml");
  EXPECT_EQ(made["rows"][0]["precision"], "f32");
}

TEST_F(BenchCommand, WritesItsTables) {
  const std::string tables = kForward + "--csv t.csv --markdown t.md ";
  output(tables);
  EXPECT_THAT(read("t.csv"), HasSubstr("forward,world/int8"));
  EXPECT_THAT(read("t.md"), HasSubstr("| world/int8 |"));
  refused(1, {{tables, "t.csv exists already"}});
  output(tables + "--force");
}

TEST_F(BenchCommand, RefusesBadInput) {
  refused(1, {{kForward + "--model absent", "absent is neither"}});
  refused(
      2,
      {{"nanobrain bench forward", "name a model"},
       {"nanobrain bench train", "[bench train] config is required"},
       {"nanobrain bench train --config c --csv c", "config and --csv both"},
       {kForward + "--tokens 33", "more than the 32"},
       {kGenerate + "--prompt-tokens 30", "those of the prompt"},
       {kForward + "--threads 2,x", "must be a whole number"},
       {"nanobrain bench forward --model world/int8 --repetitions 0",
        "--repetitions must be 1 or more"},
       {kForward + "--vocab-size 9", "--config"},
       {kForward + "--prompt-tokens 9", "has no flag"},
       {kForward + "--csv same --markdown same",
        "--csv and --markdown both name"}});
}

} // namespace
} // namespace nanobrain::testing
