// Every committed sweep is one that could run.
#include <set>

#include "nanobrain/config/parameters.h"
#include "nanobrain/sweep/budget.h"
#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

TEST(Ablations, EveryOneIsReadAndHasItsCells) {
  const std::map<std::string, size_t> cells = {
      {"context_length", 4},
      {"depth_ffn", 12},
      {"depth_ffn_rates", 12},
      {"learning_rate", 9},
      {"optimizer", 12},
      {"recipe", 8},
      {"thousand_steps", 2},
      {"vocabulary", 3},
      {"width_against_depth", 4}};
  std::set<std::string> seen;
  for (const auto& entry : fs::directory_iterator(source_dir() / "ablations")) {
    if (entry.path().extension() != ".yaml") continue;
    const std::string name = entry.path().stem();
    SCOPED_TRACE(name);
    seen.insert(name);
    ASSERT_TRUE(cells.contains(name));
    // The tokenizer of the first run may not be there.
    const auto sweep = read_sweep_config(
        entry.path(),
        name == "vocabulary"
            ? std::vector<std::string>{}
            : std::vector<std::string>{"set.model.vocab_size=32294"});
    const auto made = make_cells(sweep);
    EXPECT_EQ(made.size(), cells.at(name));
    EXPECT_NO_THROW(require_decay(sweep, made));
    EXPECT_NO_THROW(require_steps(sweep, made));
    EXPECT_GE(sweep.seeds.size(), 3u);
  }
  EXPECT_EQ(seen.size(), cells.size());
}

TEST(Ablations, WidthAgainstDepthIsAtEqualParameters) {
  const auto sweep = read_sweep_config(
      source_dir() / "ablations/width_against_depth.yaml",
      {"set.model.vocab_size=32294"});
  for (const Cell& cell : make_cells(sweep)) {
    const auto n = count_parameters(cell.config.model);
    EXPECT_GE(n, 2'181'632) << cell.id;
    EXPECT_LE(n, 2'182'144) << cell.id;
  }
}

} // namespace
} // namespace nanobrain::testing
