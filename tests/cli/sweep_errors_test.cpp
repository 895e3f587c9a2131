// What nanobrain sweep refuses, and what it says then.
#include "tests/cli/sweep_test.h"

namespace nanobrain::testing {
namespace {

namespace fs = std::filesystem;

class SweepErrors : public SweepTest {
 protected:
  static constexpr const char* kGrid = "grid: {model.ffn_dim: [16, 32]}\n";

  void refused_sweep(
      const std::string& yaml,
      const std::vector<std::string>& more,
      const std::string& message) const {
    SCOPED_TRACE(yaml);
    write_sweep(yaml);
    refused(sweep("out", more), 2, message);
    EXPECT_FALSE(fs::exists(path("out")));
  }
};

TEST_F(SweepErrors, ConfigsThatCannotRun) {
  const std::string budget = "budget: {steps: 5}\n";
  refused_sweep(budget + "grid: {model.ffn_dmi: [1]}\n", {}, "ffn_dim");
  refused_sweep(budget + "grid: {model.num_heads: [3]}\n", {}, "num_heads=3");
  refused_sweep(budget + "grid: {model.ffn_dim: [16, 16]}\n", {}, "ffn_dim");
  refused_sweep(budget + kGrid + "seed: [1]\n", {}, "did you mean seeds?");
  refused_sweep(kGrid, {}, "exactly one of steps");
  refused_sweep(kGrid, {"--budget", "300"}, "must be KIND=AMOUNT");
  refused_sweep(kGrid, {"--budget", "step=3"}, "did you mean steps?");
  refused_sweep(kGrid, {"--budget", "steps=-3"}, "must be positive");
  refused_sweep(budget + kGrid, {"--set", "seeds=[]"}, "are none");
  refused_sweep(budget + kGrid, {"--launcher", "ssh"}, "--launcher");
  refused_sweep(budget + "grid: {a: [{}]}\n", {}, "a mapping of no keys");
  refused_sweep(
      budget + "grid: {model.vocab_size: [300, 400]}\n",
      {},
      "is 400, but the tokenizer has 300");
  refused_sweep(kGrid, {"--budget", "flops=1e40"}, "too many");
  refused_sweep(
      budget + kGrid + "set: {train.seed: 3}\n", {}, "which the seeds set");
  refused_sweep(
      budget + kGrid + "set: {model.ffn_dim: 8}\n", {}, "model.ffn_dim");
}

TEST_F(SweepErrors, FilesThatAreNotThere) {
  const auto missing = [&](const std::string& yaml, const std::string& words) {
    write_sweep(yaml + "budget: {steps: 5}\n");
    refused(sweep("out"), 1, words);
    EXPECT_FALSE(fs::exists(path("out")));
  };
  missing(
      "grid: {data.train: [data/train.tokens, none.tokens]}\n",
      "none.tokens does not exist; make it");
  missing(
      "grid: {tokenizer: [{kind: lexical, vocab_size: 300}]}\n"
      "text: {train: [train.txt], val: [none.txt]}\n",
      "[text.val] " + path("none.txt") + " does not exist");
}

TEST_F(SweepErrors, MinutesArePlannedAsSteps) {
  write_sweep(std::string(kGrid) + "budget: {minutes: 1.0e-4}\n");
  const Json plan = json(sweep("out", {"--dry-run"}));
  for (const Json& cell : plan["cells"]) {
    // Not the base's 1,000: 6 ms would be 5 million tokens/s then.
    EXPECT_LT(cell["steps"], 500);
    EXPECT_EQ(cell["tokens"], cell["steps"].get<int64_t>() * 2 * 16);
  }
}

TEST_F(SweepErrors, JobsAreOfTheProcessorsThatThereAre) {
  write_sweep(std::string(kGrid) + "budget: {steps: 5}\n");
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = {
        "sweep", path("sweep.yaml"), "--output", path("out")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  refused(with({"--jobs", "9999"}), 2, "must be from 1 to");
  refused(with({"--jobs", "-1"}), 2, "--jobs");
  refused(with({"--threads", "2"}), 2, "needs --jobs");
  refused(with({"--jobs", "1", "--threads", "9999"}), 2, "must be at most");
}

TEST_F(SweepErrors, FoldersOfOtherThings) {
  write_sweep(std::string(kGrid) + "seeds: [1]\nbudget: {steps: 5}\n");
  refused({"sweep", path("sweep.yaml")}, 2, "--output");
  refused({"sweep", "--output", path("none")}, 1, "holds no sweep");
  refused(
      {"sweep", path("none.yaml"), "--output", path("out")}, 1, "none.yaml");
  refused(sweep("data"), 1, path("data"));
  json(sweep("out"));
  refused(
      sweep("out", {"--budget", "steps=6"}), 1, "holds another sweep, with");
  refused(
      {"sweep", "--output", path("out"), "--budget", "steps=6"},
      2,
      "--set and --budget change a config");
  write_text(path("base.yaml"), read_text(path("base.yaml")) + "seed: 1\n");
  refused(sweep("out"), 2, "seed");
}

TEST_F(SweepErrors, ABudgetOnTheCommandLineReplacesThatOfTheYaml) {
  write_sweep(std::string(kGrid) + "budget: {minutes: 5}\n");
  // 32 tokens a step.
  const Json plan =
      json(sweep("out", {"--dry-run", "--budget", "tokens=1000"}));
  EXPECT_EQ(plan["cells"][0]["steps"], 32);
}

} // namespace
} // namespace nanobrain::testing
