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

TEST(Rungs, EachHasTheWholeScheduleScaled) {
  const SearchConfig search{.rungs = 3, .fraction = 1.0 / 3};
  auto all = cells({"a"}, 300);
  all[0].config.schedule.warmup_steps = 50;
  const auto warmup = [&](int64_t rung) {
    return cells_of_rung(all, search, rung)[0].config.schedule.warmup_steps;
  };
  EXPECT_EQ(warmup(0), 5);  // of 33 steps
  EXPECT_EQ(warmup(1), 16); // of 100
  EXPECT_EQ(warmup(2), 50);
  all[0].config.train.batch_warmup.steps = 60;
  all[0].config.train.context_warmup.steps = 90;
  const TrainConfig half = cells_of_rung(all, search, 1)[0].config.train;
  EXPECT_EQ(half.batch_warmup.steps, 20);
  EXPECT_EQ(half.context_warmup.steps, 30);
  // Three warm-ups of the whole budget are three of each rung.
  SweepConfig sweep;
  sweep.search = {.kind = SearchKind::kHalving, .fraction = 0.3};
  for (int64_t steps = 1; steps < 400; ++steps) {
    all[0].config.train.steps = steps;
    all[0].config.schedule.warmup_steps = steps / 3;
    for (const Cell& cell : possible_cells(sweep, all)) {
      EXPECT_GE(cell.config.train.steps, 3 * cell.config.schedule.warmup_steps);
    }
  }
}

TEST(Rungs, PossibleCellsAreAllOfEachPlannedOnesAsManyAsRun) {
  SweepConfig sweep;
  const auto all = cells({"a", "b", "c"}, 8);
  EXPECT_EQ(ids(possible_cells(sweep, all)), "a b c");
  EXPECT_EQ(ids(planned_cells(sweep, all)), "a b c");
  sweep.search = {.kind = SearchKind::kHalving, .rungs = 2, .fraction = 0.5};
  EXPECT_EQ(
      ids(possible_cells(sweep, all)),
      "a,steps=4 b,steps=4 c,steps=4 a,steps=8 b,steps=8 c,steps=8");
  EXPECT_EQ(planned_cells(sweep, all).size(), 3u + 2u);
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
