#include "nanobrain/inference/training_seeds.h"

#include <cmath>

#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;

TEST(TrainingSeeds, ByHand) {
  const TrainedBy one{"one", "1"}, two{"one", "2"}, other{"other", "1"};
  const std::vector<SeedSample> models = {
      {one, 2.000, 0.003},
      {other, 9.0, 0.1}, // alone
      {std::nullopt, 1.0, 0.1},
      {two, 2.008, 0.005},
      {two, 7.0, 0.1}}; // seeds that were there
  const auto groups = group_by_recipe(models);
  ASSERT_EQ(groups.size(), 1);
  EXPECT_EQ(groups[0].models, (std::vector<size_t>{0, 3}));
  // 2 x 0.004^2 over one degree of freedom; (9 + 25) / 2 = 17.
  EXPECT_NEAR(groups[0].seed_deviation, std::sqrt(32e-6), 1e-12);
  EXPECT_NEAR(groups[0].text_deviation, std::sqrt(17e-6), 1e-12);
  EXPECT_NEAR(groups[0].seed_share(), 32.0 / 49, 1e-9);
}

TEST(TrainingSeeds, TheVarianceOfManyIsTheTrueOne) {
  Random random(3);
  std::vector<SeedSample> models;
  for (int seed = 0; seed < 4000; ++seed) {
    models.push_back(
        {TrainedBy{"recipe", std::to_string(seed)},
         2 + 0.004 * std::sqrt(12) * random.uniform(),
         0.002});
  }
  // Of a uniform variable 1 / sqrt(12); its standard error here is below
  // 1 / sqrt(2 x 4000) = 1.1 %.
  const SeedGroup group = group_by_recipe(models).at(0);
  EXPECT_NEAR(group.seed_deviation, 0.004, 4 * 0.011 * 0.004);
  EXPECT_NEAR(group.seed_share(), 0.8, 0.015);
}

/// Run folders of configs.
class TrainedByRuns : public ::testing::Test {
 protected:
  std::optional<TrainedBy> run(
      const std::string& name,
      const std::string& train,
      const std::string& xxh3 = "abc") {
    fs::create_directories(dir_ / name / "model");
    write_text(dir_ / name / "config.yaml", "train: {" + train + "}\n");
    write_json(
        dir_ / name / "run.json", {{"data", {{"train", {{"xxh3", xxh3}}}}}});
    return find_trained_by(dir_ / name / "model");
  }
  TempDir dir_;
};

TEST_F(TrainedByRuns, DifferInSeedsAndInWhatMayChangeOnResume) {
  const auto first = run("a", "seed: 1, data_seed: 1");
  ASSERT_TRUE(first.has_value());
  for (const char* same :
       {"seed: 2, data_seed: 1",
        "seed: 1, data_seed: 2",
        "seed: 2, data_seed: 1, threads: 1, eval_every: 3"}) {
    const auto second = run("b", same);
    EXPECT_EQ(second->recipe, first->recipe) << same;
    EXPECT_NE(second->seeds, first->seeds) << same;
  }
  EXPECT_EQ(run("b", "threads: 1, seed: 1, data_seed: 1")->seeds, first->seeds);
  EXPECT_NE(run("b", "seed: 2, steps: 999")->recipe, first->recipe);
  EXPECT_NE(run("b", "seed: 2, data_seed: 1", "def")->recipe, first->recipe);
}

TEST_F(TrainedByRuns, AreNoCheckpointsNorModelsOfElsewhere) {
  run("a", "seed: 1");
  fs::create_directories(dir_ / "a/checkpoints/step-4/model");
  EXPECT_EQ(find_trained_by(dir_ / "a/checkpoints/step-4/model"), std::nullopt);
  EXPECT_EQ(find_trained_by(dir_ / "a"), std::nullopt);
  fs::remove(dir_ / "a/run.json");
  EXPECT_EQ(find_trained_by(dir_ / "a/model"), std::nullopt);
}

} // namespace
} // namespace nanobrain
