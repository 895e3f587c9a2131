// nanobrain bench forward and generate, as a script calls them.
#include "tests/cli/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kConfig = R"(
model: {num_layers: 1, num_heads: 2, model_dim: 16, ffn_dim: 32, max_seq_len: 24}
)";

/// A folder with f32/, a GPT-2 that transformers wrote, int8/ made from it, and
/// run.yaml.
class BenchCommand : public CommandTest {
 protected:
  void SetUp() override {
    write_text(path("run.yaml"), kConfig);
    make_text(6000);
    make_gpt2("f32");
    if (IsSkipped() || HasFatalFailure()) return;
    json({"quantize", "--model", path("f32"), "--output", path("int8")});
  }

  /// bench WORK on the int8 model, one repetition of 8 tokens.
  std::vector<std::string> bench(
      const std::string& work,
      const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {
        "bench",
        work,
        "--model",
        path("int8"),
        "--tokens",
        "8",
        "--repetitions",
        "3",
        "--warm-up",
        "1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

TEST_F(BenchCommand, OneRowHasItsFiguresAtTheTop) {
  const Json forward = json(bench("forward", {"--threads", "1"}));
  for (const char* key : {"median_ms", "min", "max"}) {
    EXPECT_GT(forward[key], 0) << key;
  }
  EXPECT_LE(forward["min"], forward["median_ms"]);
  EXPECT_EQ(forward["threads"], 1);
  for (const char* key : {"cpu", "isa", "commit"}) {
    EXPECT_THAT(forward[key].get<std::string>(), ::testing::Not(IsEmpty()));
  }
  ASSERT_EQ(forward["rows"].size(), 1u);
  EXPECT_EQ(forward["rows"][0]["repetitions"], 3);
  EXPECT_EQ(forward["rows"][0]["precision"], "int8");
  EXPECT_EQ(
      json(bench("forward", {"--threads", "1", "--last"}))["work"], "prompt");

  const Json generated =
      json(bench("generate", {"--threads", "1", "--prompt-tokens", "4"}));
  EXPECT_GT(generated["tokens_per_s"], 0);
  EXPECT_LE(generated["min"], generated["tokens_per_s"]);
  EXPECT_EQ(generated["rows"][0]["prompt_tokens"], 4);
  EXPECT_GT(generated["rows"][0]["token_p50_us"], 0);
}

TEST_F(BenchCommand, ModelsThreadsAndCachesSideBySide) {
  const Json rows = json(bench(
      "forward",
      {"--model", path("f32"), "--threads", "2,1", "--cold"}))["rows"];
  ASSERT_EQ(rows.size(), 8u);
  EXPECT_EQ(rows[0]["model"], path("int8"));
  EXPECT_EQ(rows[0]["threads"], 2);
  EXPECT_EQ(rows[0]["cache"], "warm");
  EXPECT_EQ(rows[0]["ratio"], 1);
  EXPECT_EQ(rows[1]["cache"], "cold");
  EXPECT_EQ(rows[2]["threads"], 1);
  EXPECT_EQ(rows[4]["model"], path("f32"));
  EXPECT_EQ(rows[4]["precision"], "f32");
  EXPECT_EQ(rows[7]["threads"], 1);

  const auto table = run(bench("generate", {"--model", path("f32")}));
  EXPECT_EQ(table.exit_code, 0) << table.err;
  for (const char* words : {"int8", "f32", "tokens/s", "p99", "commit "}) {
    EXPECT_THAT(table.out, HasSubstr(words));
  }
}

TEST_F(BenchCommand, AConfigIsTimedWithRandomWeights) {
  const Json made = json(
      {"bench",
       "forward",
       "--config",
       path("run.yaml"),
       "--vocab-size",
       "300",
       "--set",
       "model.max_seq_len=20",
       "--tokens",
       "20",
       "--repetitions",
       "1"});
  EXPECT_EQ(made["rows"][0]["model"], path("run.yaml"));
  EXPECT_EQ(made["rows"][0]["precision"], "f32");
}

TEST_F(BenchCommand, WritesItsTables) {
  const auto command =
      bench("forward", {"--csv", path("t.csv"), "--markdown", path("t.md")});
  const auto done = run(command);
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(read_text(path("t.csv")), HasSubstr("forward," + path("int8")));
  EXPECT_THAT(read_text(path("t.md")), HasSubstr("| " + path("int8") + " |"));
  refused(command, 1, "t.csv exists already");
  auto forced = command;
  forced.push_back("--force");
  EXPECT_EQ(run(forced).exit_code, 0);
  refused(
      bench("forward", {"--csv", path("same"), "--markdown", path("same")}),
      2,
      "--csv and --markdown both name");
}

TEST_F(BenchCommand, RefusesBadInput) {
  refused({"bench", "forward"}, 2, "name a model");
  refused({"bench", "forwrad"}, 2, "did you mean forward?");
  refused(
      bench("forward", {"--model", path("absent")}), 1, "absent is neither");
  refused(bench("forward", {"--tokens", "33"}), 2, "more than the 32");
  refused(bench("forward", {"--tokens", "0"}), 2, "--tokens must be 1 or more");
  refused(
      bench("generate", {"--prompt-tokens", "30"}), 2, "those of the prompt");
  refused(bench("forward", {"--threads", "2,1,2"}), 2, "names 2 twice");
  refused(bench("forward", {"--threads", "2,x"}), 2, "must be a whole number");
  refused(bench("forward", {"--threads", "-1"}), 2, "must be from 0 (all)");
  refused(
      {"bench", "forward", "--model", path("int8"), "--repetitions", "0"},
      2,
      "--repetitions must be 1 or more");
  refused(bench("forward", {"--vocab-size", "9"}), 2, "--config");
  refused(bench("forward", {"--prompt-tokens", "9"}), 2, "has no flag");
}

} // namespace
} // namespace nanobrain::testing
