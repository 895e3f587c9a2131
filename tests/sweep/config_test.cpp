#include "nanobrain/sweep/config.h"

#include "nanobrain/base/error.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using ::testing::ElementsAre;

const std::string kGrid = "grid: {model.num_layers: [1, 2]}\n";

TEST(SweepConfig, DefaultsAndPaths) {
  const SweepFiles files;
  const auto sweep = files.read(
      kGrid +
      "budget: {tokens: 1e6}\nset: {data: {train: x.tokens}, "
      "train.batch_size: 4}\n");
  EXPECT_EQ(sweep.base, files.path("base.yaml"));
  EXPECT_THAT(sweep.seeds, ElementsAre(1, 2, 3));
  EXPECT_EQ(sweep.budget.tokens, 1'000'000);
  EXPECT_EQ(sweep.budget.steps, std::nullopt);
  EXPECT_EQ(sweep.search.kind, SearchKind::kGrid);
  EXPECT_EQ(sweep.set["data.train"], files.path("x.tokens"));
  EXPECT_EQ(sweep.set["train.batch_size"], 4);
}

TEST(SweepConfig, PathsOfTheGridAreRelativeToTheFile) {
  const SweepFiles files;
  const auto sweep = files.read(
      "grid:\n  data.train: [a.tokens, /b.tokens]\n"
      "  text: [{data.val: c.tokens, train.batch_size: 2}]\n"
      "  optimizer.kind: [adamw]\nbudget: {steps: 3}\n");
  EXPECT_EQ(
      sweep.grid["data.train"], Json({files.path("a.tokens"), "/b.tokens"}));
  EXPECT_EQ(sweep.grid["text"][0]["data.val"], files.path("c.tokens"));
  EXPECT_EQ(sweep.grid["text"][0]["train.batch_size"], 2);
  EXPECT_EQ(sweep.grid["optimizer.kind"][0], "adamw");
}

TEST(SweepConfig, OverridesComeLast) {
  const SweepFiles files;
  const auto path = files.write(kGrid + "budget: {steps: 3}\n");
  const auto sweep = read_sweep_config(
      path, {"budget.steps=7", "seeds=[4]", "set.train.batch_size=8"});
  EXPECT_EQ(sweep.budget.steps, 7);
  EXPECT_THAT(sweep.seeds, ElementsAre(4));
  EXPECT_EQ(sweep.set["train.batch_size"], 8);
}

TEST(SweepConfig, RefusesWhatCannotBe) {
  const SweepFiles files;
  const std::string budget = "budget: {steps: 3}\n";
  const std::string both = kGrid + budget;
  for (const auto& [rest, words] :
       std::vector<std::pair<std::string, const char*>>{
           {budget + "gird: {a: [1]}\n", "no key \"gird\"; did you mean grid?"},
           {kGrid + "budget: {step: 3}\n", "\"step\"; did you mean steps?"},
           {budget, "[grid] must map at least one key"},
           {budget + "grid: {a: []}\n", "[grid.a] must be a list of at least"},
           {budget + "grid: {a: 3}\n", "[grid.a] must be a list of at least"},
           {kGrid,
            "exactly one of steps, tokens, flops and minutes, but names 0"},
           {kGrid + "budget: {steps: 3, tokens: 5}\n", "but names 2"},
           {kGrid + "budget: {minutes: -1}\n",
            "[budget.minutes] must be positive"},
           {both + "seeds: []\n", "[seeds] are none"},
           {both + "seeds: [1, 2, 1]\n", "[seeds] name 1 twice"},
           {both + "seeds: [-1]\n",
            "[seeds] must be at least 0, but one is -1"},
           {both + "search: {kind: randm}\n",
            "search.kind] must be grid, random or halving, but is \"randm\"; "
            "did you mean random?"},
           {both + "search: {kind: random}\n", "must be at least 1, but"},
           {both + "search: {samples: 2}\n", "search.kind grid runs them"},
           {both + "search: {kind: halving, fraction: 1}\n",
            "[search.fraction] must be between 0 and 1"},
           {both + "timing: {repetitions: 0}\n",
            "[timing.repetitions] must be at least 1"},
           {both + "text: {train: [a], val: [b]}\n",
            "[text] is for grids that vary the tokenizer"},
           {budget + "grid: {tokenizer: [{kind: lexical, vocab_size: 9}]}\n",
            "[text] must name train and val"}}) {
    EXPECT_ERROR(UsageError, words, files.read(rest));
  }
  write_text(files.path("sweep.yaml"), both);
  EXPECT_ERROR(
      UsageError,
      "[base] is missing",
      read_sweep_config(files.path("sweep.yaml")));
}

} // namespace
} // namespace nanobrain::testing
