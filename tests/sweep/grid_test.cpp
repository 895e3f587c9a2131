#include "nanobrain/sweep/cell.h"

#include <set>

#include "nanobrain/base/error.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain {
namespace {

std::string ids(const std::vector<Json>& points) {
  return testing::joined(points, point_id);
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

} // namespace
} // namespace nanobrain
