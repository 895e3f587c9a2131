#include "nanobrain/sweep/cell.h"

#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/config/parameters.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

std::string ids(const std::vector<Json>& points) {
  return joined(points, point_id);
}

TEST(Grid, EveryCombinationTheLastKeyFastest) {
  EXPECT_EQ(
      ids(grid_points(
          {{"model.num_layers", {1, 2}}, {"optimizer.lr", {1e-3, 0.5}}})),
      "num_layers=1,lr=0.001 num_layers=1,lr=0.5 num_layers=2,lr=0.001 "
      "num_layers=2,lr=0.5");
  // A value may set keys that go together.
  const auto points = grid_points(
      {{"shape",
        {{{"model.num_layers", 1}, {"model.ffn_dim", 64}},
         {{"model.num_layers", 2}, {"model.ffn_dim", 32}}}},
       {"optimizer.betas", {{0.9, 0.95}}}});
  EXPECT_EQ(
      ids(points),
      "num_layers=1,ffn_dim=64,betas=0.9-0.95 "
      "num_layers=2,ffn_dim=32,betas=0.9-0.95");
  EXPECT_FALSE(points[0].contains("shape"));
}

TEST(Grid, RefusesKeysSetTwiceAndEqualCells) {
  EXPECT_ERROR(
      UsageError,
      "[grid.shape] sets model.ffn_dim again",
      grid_points(
          {{"model.ffn_dim", {1}}, {"shape", {{{"model.ffn_dim", 2}}}}}));
  EXPECT_ERROR(
      UsageError,
      "[grid] has the cell num_layers=2 twice",
      grid_points({{"model.num_layers", {2, 2}}}));
  Json grid;
  for (const char* key : {"a", "b", "c", "d", "e", "f"}) {
    for (int i = 0; i < 10; ++i) grid[key].push_back(i);
  }
  EXPECT_ERROR(UsageError, "more than 100000 cells", grid_points(grid));
}

TEST(Grid, IdsAreSafeShortAndTellCellsApart) {
  // Two keys that end alike are named whole.
  EXPECT_EQ(
      point_id({{"train.kind", "a"}, {"schedule.kind", "b"}}),
      "train.kind=a,schedule.kind=b");
  const auto slash = point_id({{"data.train", "../x/y"}});
  const auto space = point_id({{"data.train", "..-x y"}});
  EXPECT_NE(slash, space);
  EXPECT_EQ(slash.find_first_of("/ "), std::string::npos);
  // Of a path its last part; another folder's is another cell.
  const auto path = point_id({{"data.train", "/home/me/x.tokens"}});
  EXPECT_THAT(path, ::testing::MatchesRegex("train=x.tokens-[0-9a-f]{10}"));
  EXPECT_NE(path, point_id({{"data.train", "/tmp/x.tokens"}}));
  const std::string name(300, 'x');
  const auto long_id = point_id({{"data.train", name}});
  EXPECT_EQ(long_id.size(), 100u);
  EXPECT_NE(long_id, point_id({{"data.train", name + "x"}}));
}

TEST(Grid, DrawsWithoutRepetitionAndEachAsOften) {
  const Json grid = {{"a", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}};
  const auto points = grid_points(grid);
  EXPECT_EQ(draw_points(points, 4, 7), draw_points(points, 4, 7));
  EXPECT_EQ(draw_points(points, 0, 1), points);
  EXPECT_EQ(draw_points(points, 99, 1), points);
  std::vector<int> times(10);
  for (int64_t seed = 0; seed < 2000; ++seed) {
    const auto drawn = draw_points(points, 4, seed);
    EXPECT_EQ(drawn.size(), 4u);
    std::set<int> distinct;
    for (const Json& point : drawn) distinct.insert(point["a"].get<int>());
    EXPECT_EQ(distinct.size(), 4u);
    for (const int i : distinct) ++times[static_cast<size_t>(i)];
  }
  // 800 each at the mean, with a standard deviation of 22: five of them.
  for (const int n : times) EXPECT_NEAR(n, 800, 110);
}

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

TEST(Cells, GroupsOfParametersVaryAndAreTakenAway) {
  const SweepFiles files;
  const auto cells = make_cells(files.read(
      kBudget +
      "grid: {optimizer.groups.rest: [{kind: lion, lr: 0.1, match: "
      "[embedding]}, null], optimizer.groups.matrices.lr: [0.01], "
      "optimizer.average.kind: [ema], init.embedder_scale: [2]}\n"
      "set: {optimizer.groups.matrices.match: [matrix]}\n"));
  ASSERT_EQ(cells.size(), 2u);
  EXPECT_EQ(
      cells[0].id, "rest=lion-0.1-embedding,lr=0.01,kind=ema,embedder_scale=2");
  EXPECT_EQ(cells[0].config.optimizer.groups.at("rest").kind, "lion");
  EXPECT_EQ(cells[0].config.optimizer.groups.at("matrices").lr, 0.01);
  EXPECT_EQ(cells[0].config.optimizer.average.kind, AverageKind::kEma);
  EXPECT_EQ(cells[1].id, "rest=none,lr=0.01,kind=ema,embedder_scale=2");
  EXPECT_FALSE(cells[1].config.optimizer.groups.contains("rest"));
  // A group without parameters is the cell's error.
  EXPECT_ERROR(
      UsageError,
      "[cell lr=0.1]",
      make_cells(
          files.read(kBudget + "grid: {optimizer.groups.absent.lr: [0.1]}\n")));
}

const std::string kVariants =
    "variants:\n"
    "  full: {}\n"
    "  no_groups: {optimizer.groups.matrices: null}\n"
    "  lion: {optimizer.groups.matrices: {kind: lion, match: [matrix]}, "
    "schedule: {warmup_steps: 1}}\n";

TEST(Cells, VariantsSetSeveralKeysAtOnce) {
  const SweepFiles files;
  write_text(
      files.path("base.yaml"),
      read_text(files.path("base.yaml")) +
          "optimizer: {groups: {matrices: {kind: muon, match: [matrix]}}}\n");
  const SweepConfig sweep =
      files.read(kBudget + kVariants + "grid: {train.batch_size: [2, 4]}\n");
  const auto cells = make_cells(sweep);
  EXPECT_EQ(
      joined(cells, &Cell::id),
      "variant=full,batch_size=2 variant=full,batch_size=4 "
      "variant=no_groups,batch_size=2 variant=no_groups,batch_size=4 "
      "variant=lion,batch_size=2 variant=lion,batch_size=4");
  EXPECT_EQ(cells[2].overrides["variant"], "no_groups");
  EXPECT_EQ(cells[0].config.optimizer.groups.at("matrices").kind, "muon");
  EXPECT_TRUE(cells[2].config.optimizer.groups.empty());
  EXPECT_EQ(cells[4].config.optimizer.groups.at("matrices").kind, "lion");
  EXPECT_EQ(cells[4].config.schedule.warmup_steps, 1);
  // Alone, and some of them.
  EXPECT_EQ(make_cells(files.read(kBudget + kVariants)).size(), 3u);
  EXPECT_EQ(
      make_cells(
          files.read(kBudget + kVariants + "grid: {variant: [full, lion]}\n"))
          .size(),
      2u);
}

TEST(Cells, VariantsThatCannotBeAreNamed) {
  const SweepFiles files;
  const auto cells_of = [&](const std::string& rest) {
    return make_cells(files.read(kBudget + rest));
  };
  EXPECT_ERROR(
      UsageError,
      "has \"none\", which `variants` does not name",
      cells_of("variants: {full: {}}\ngrid: {variant: [none]}\n"));
  EXPECT_ERROR(
      UsageError,
      "sets train.batch_size twice",
      cells_of("variants: {a: {train.batch_size: 2}}\n"
               "grid: {train.batch_size: [4]}\n"));
  EXPECT_ERROR(
      UsageError,
      "varies train.batch_size, which set fixes",
      cells_of("variants: {a: {train.batch_size: 2}}\n"
               "set: {train.batch_size: 4}\n"));
  EXPECT_ERROR(
      UsageError,
      "[variants.a] sets data.train: make it an axis",
      cells_of("variants: {a: {data.train: x}}\n"));
  EXPECT_ERROR(
      UsageError, "[variants.a] must map keys", cells_of("variants: {a: 1}\n"));
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
  // 1 1 1 2 2 2 windows of 8 tokens, then 2 a step: 24 fewer.
  const std::string warm =
      grid +
      "set: {train.batch_warmup: {from: 1, steps: 5}, train.context_warmup: "
      "{from: 2, steps: 7}}\n";
  for (const auto& cell :
       make_cells(files.read(warm + "budget: {tokens: 200}\n"))) {
    RunConfig config = cell.config;
    EXPECT_GE(config.train.tokens_of(config.train.steps), 200);
    EXPECT_LT(config.train.tokens_of(config.train.steps - 1), 200);
  }
  for (const auto& cell :
       make_cells(files.read(warm + "budget: {flops: 1e8}\n"))) {
    RunConfig config = cell.config;
    EXPECT_GE(training_flops(config), 1e8);
    --config.train.steps;
    EXPECT_LT(training_flops(config), 1e8);
  }
  EXPECT_ERROR(
      UsageError,
      "[train.batch_warmup.steps] is 5, not less than the 4 of train.steps",
      make_cells(files.read(warm + "budget: {tokens: 40}\n")));
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
  for (const auto& [rest, words] :
       std::vector<std::pair<std::string, const char*>>{
           {"grid: {model.num_heads: [2, 3]}\n",
            "[cell num_heads=3] [model] num_heads must divide model_dim"},
           {"grid: {model.num_layer: [2]}\n",
            "has no key \"num_layer\"; did you mean num_layers?"},
           {"grid: {optimizer.lr: [0.1, -1]}\n",
            "[cell lr=-1] [optimizer.lr] must"},
           {"grid: {train.seq_len: [8, 9]}\n",
            "must be at most model.max_seq_len"},
           {"grid: {train.batch_size: [1]}\nset: {train.batch_size: 2}\n",
            "varies train.batch_size, which set fixes"},
           {"grid: {a: [1]}\nset: {train.steps: 2}\n",
            "[set] fixes train.steps, which the budget sets"},
           {"grid: {train.seed: [1, 2]}\n", "which the seeds set"},
           {"grid: {train.steps: [1, 2]}\n", "which the budget sets"},
           {"grid: {tokenizer: [{kind: bpe, vocab_size: 300}]}\n"
            "text: {train: [a], val: [b]}\n",
            "[grid.tokenizer.kind] must be sentencepiece or lexical, but is "
            "\"bpe\""}}) {
    EXPECT_ERROR(UsageError, words, make_cells(files.read(kBudget + rest)));
  }
}

} // namespace
} // namespace nanobrain::testing
