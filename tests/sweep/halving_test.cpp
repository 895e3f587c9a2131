#include "nanobrain/sweep/halving.h"

#include <map>

#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

std::vector<Cell> cells(std::initializer_list<const char*> ids, int64_t steps) {
  std::vector<Cell> all;
  for (const char* id : ids) {
    Cell cell;
    cell.id = id;
    cell.overrides = Json::object();
    cell.config.train.steps = steps;
    all.push_back(cell);
  }
  return all;
}

std::string ids(const std::vector<Cell>& all) {
  return joined(all, &Cell::id);
}

TEST(Rungs, BudgetsGrowToTheWholeOne) {
  const SearchConfig search{.rungs = 3, .fraction = 0.5};
  const auto all = cells({"a"}, 300);
  EXPECT_EQ(ids(cells_of_rung(all, search, 0)), "a,steps=75");
  EXPECT_EQ(ids(cells_of_rung(all, search, 1)), "a,steps=150");
  const auto last = cells_of_rung(all, search, 2);
  EXPECT_EQ(last[0].config.train.steps, 300);
  EXPECT_EQ(last[0].overrides["train.steps"], 300);
  EXPECT_EQ(cells_of_rung(cells({"a"}, 1), search, 0)[0].config.train.steps, 1);
}

TEST(Rungs, TheBestShareContinuesInItsOrder) {
  const SearchConfig search{.rungs = 2, .fraction = 0.5};
  const std::map<std::string, double> losses = {
      {"a,steps=5", 3.0},
      {"b,steps=5", 1.0},
      {"d,steps=5", 4.0},
      {"e,steps=5", 2.0}};
  const CellLoss loss = [&](const Cell& cell) -> std::optional<double> {
    const auto it = losses.find(cell.id);
    return it == losses.end() ? std::nullopt : std::optional(it->second);
  };
  // Of five the best three; c has failed.
  const auto all = cells({"a", "b", "c", "d", "e"}, 10);
  EXPECT_EQ(ids(survivors(all, search, 0, loss)), "a b e");
  EXPECT_EQ(ids(survivors(cells({"c"}, 10), search, 0, loss)), "");
}

} // namespace
} // namespace nanobrain::testing
