// What nanobrain sweep refuses, and what it says then.
#include "tests/cli/sweep_test.h"

namespace nanobrain::testing {
namespace {

using SweepErrors = SweepTest;

const std::string kGrid = "grid: {model.ffn_dim: [16, 32]}\n";
const std::string kBudget = "budget: {steps: 5}\n";

TEST_F(SweepErrors, ConfigsThatCannotRun) {
  struct Case {
    std::string yaml, flags, words;
    int exit_code = 2;
  };
  for (const Case& c : std::vector<Case>{
           {kBudget + "grid: {model.ffn_dmi: [1]}\n", "", "ffn_dim"},
           {kGrid, "--budget 300", "must be KIND=AMOUNT"},
           {kGrid, "--budget step=3", "did you mean steps?"},
           {kGrid, "--budget steps=-3", "must be positive"},
           {kBudget + kGrid, "--launcher ssh", "--launcher"},
           {kBudget + "grid: {a: [{}]}\n", "", "a mapping of no keys"},
           {kBudget + "grid: {model.vocab_size: [400, 500]}\n",
            "",
            "is 500, but the tokenizer has 400"},
           {kGrid, "--budget flops=1e40", "too many"},
           {kBudget +
                "grid: {data.train: [world/data/train.tokens, none.tokens]}\n",
            "",
            "none.tokens does not exist; make it",
            1},
           {kBudget + "grid: {tokenizer: [{kind: lexical, vocab_size: 300}]}\n"
                      "text: {train: [world/text.txt], val: [none.txt]}\n",
            "",
            "[text.val] " + path("none.txt") + " does not exist",
            1}}) {
    SCOPED_TRACE(c.yaml);
    write_sweep(c.yaml);
    refused(c.exit_code, {{sweep("out " + c.flags), c.words}});
    EXPECT_FALSE(exists("out"));
  }
}

TEST_F(SweepErrors, MinutesArePlannedAsStepsUnlessAnotherBudgetIsGiven) {
  write_sweep(kGrid + "budget: {minutes: 1.0e-4}\n");
  const Json plan = json(sweep("out --dry-run"));
  for (const Json& cell : plan["cells"]) {
    // Not the base's 1,000: 6 ms would be 5 million tokens/s then.
    EXPECT_LT(cell["steps"], 500);
    EXPECT_EQ(cell["tokens"], cell["steps"].get<int64_t>() * 2 * 16);
  }
  const Json other = json(sweep("out --dry-run --budget tokens=1000"));
  EXPECT_EQ(other["cells"][0]["steps"], 32); // of 32 tokens each
}

TEST_F(SweepErrors, JobsAreOfTheProcessorsThatThereAre) {
  write_sweep(kGrid + kBudget);
  const std::string line = "nanobrain sweep sweep.yaml --output out ";
  refused(
      2,
      {{line + "--jobs 9999", "must be from 1 to"},
       {line + "--jobs -1", "--jobs"},
       {line + "--threads 2", "needs --jobs"},
       {line + "--jobs 1 --threads 9999", "must be at most"}});
}

TEST_F(SweepErrors, FoldersOfOtherThings) {
  write_sweep("grid: {model.ffn_dim: [16]}\nseeds: [1]\n" + kBudget);
  json(sweep("out"));
  refused(
      1,
      {{"nanobrain sweep --output none", "holds no sweep"},
       {"nanobrain sweep none.yaml --output out", "none.yaml"},
       {sweep("world/data"), "world/data"},
       {sweep("out --budget steps=6"), "holds another sweep, with"}});
  write("base.yaml", read("base.yaml") + "seed: 1\n");
  refused(
      2,
      {{"nanobrain sweep sweep.yaml", "--output"},
       {"nanobrain sweep --output out --budget steps=6",
        "--set and --budget change a config"},
       {sweep("out"), "seed"}});
}

} // namespace
} // namespace nanobrain::testing
