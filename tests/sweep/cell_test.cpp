#include "nanobrain/sweep/cell.h"

#include "nanobrain/base/error.h"
#include "nanobrain/config/parameters.h"
#include "tests/sweep/sweep_files.h"

namespace nanobrain::testing {
namespace {

const std::string kBudget = "budget: {steps: 5}\n";

TEST(Cells, HaveTheirKeysOverThoseOfTheBase) {
  const SweepFiles files;
  const auto cells = make_cells(files.read(
      kBudget +
      "grid: {model.num_layers: [1, 3], optimizer.betas: [[0.8, 0.9]]}\n"
      "set: {train.batch_size: 4}\n"));
  ASSERT_EQ(cells.size(), 2u);
  EXPECT_EQ(cells[1].id, "num_layers=3,betas=0.8-0.9");
  const RunConfig& config = cells[1].config;
  EXPECT_EQ(config.model.num_layers, 3);
  EXPECT_EQ(config.model.model_dim, 16);
  EXPECT_EQ(config.optimizer.betas[0], 0.8);
  EXPECT_EQ(config.train.batch_size, 4);
  EXPECT_EQ(config.train.steps, 5);
  EXPECT_EQ(config.data.train, files.path("a.tokens"));
  const RunConfig seeded = config_for_seed(cells[1], 9);
  EXPECT_EQ(seeded.train.seed, 9);
  EXPECT_EQ(seeded.train.data_seed, 9);
}

TEST(Cells, BudgetsOfTokensAndFlopsAreWholeSteps) {
  const SweepFiles files;
  const std::string grid = "grid: {model.num_layers: [1, 2]}\n";
  // 2 x 8 tokens a step.
  for (const auto& cell :
       make_cells(files.read(grid + "budget: {tokens: 100}\n"))) {
    EXPECT_EQ(cell.config.train.steps, 7);
  }
  const auto cells = make_cells(files.read(grid + "budget: {flops: 1e8}\n"));
  for (const auto& cell : cells) {
    RunConfig config = cell.config;
    EXPECT_GE(training_flops(config), 1e8);
    --config.train.steps;
    EXPECT_LT(training_flops(config), 1e8);
  }
  EXPECT_GT(cells[0].config.train.steps, cells[1].config.train.steps);
}

TEST(Cells, ATokenizerOfTheGridSaysTheVocabulary) {
  const SweepFiles files;
  write_text(
      files.path("base.yaml"),
      "model: {num_heads: 2, model_dim: 16, max_seq_len: 256}\n");
  const auto cells = make_cells(files.read(
      kBudget +
      "grid: {tokenizer: [{kind: sentencepiece, vocab_size: 300}, {kind: "
      "lexical, vocab_size: 500}]}\ntext: {train: [a.txt], val: [b.txt]}\n"));
  ASSERT_EQ(cells.size(), 2u);
  EXPECT_EQ(cells[0].id, "tokenizer=sentencepiece-300");
  EXPECT_EQ(cells[0].config.model.vocab_size, 300);
  EXPECT_EQ(cells[1].tokenizer, (CellTokenizer{"lexical", 500}));
}

TEST(Cells, OneThatCannotBeIsNamedBeforeAnythingRuns) {
  const SweepFiles files;
  const auto refused = [&](const std::string& rest, const char* message) {
    EXPECT_ERROR(UsageError, message, make_cells(files.read(kBudget + rest)));
  };
  refused(
      "grid: {model.num_heads: [2, 3]}\n",
      "[cell num_heads=3] [model] num_heads must divide model_dim");
  refused(
      "grid: {model.num_layer: [2]}\n",
      "has no key \"num_layer\"; did you mean num_layers?");
  refused(
      "grid: {optimizer.lr: [0.1, -1]}\n", "[cell lr=-1] [optimizer.lr] must");
  refused(
      "grid: {train.seq_len: [8, 9]}\n", "must be at most model.max_seq_len");
  refused(
      "grid: {train.batch_size: [1]}\nset: {train.batch_size: 2}\n",
      "varies train.batch_size, which set fixes");
  refused("grid: {train.seed: [1, 2]}\n", "name the seeds under seeds");
  refused("grid: {train.steps: [1, 2]}\n", "which the budget sets");
  refused(
      "grid: {tokenizer: [{kind: bpe, vocab_size: 300}]}\ntext: {train: [a], "
      "val: [b]}\n",
      "kind must be sentencepiece or lexical, but is \"bpe\"");
}

} // namespace
} // namespace nanobrain::testing
