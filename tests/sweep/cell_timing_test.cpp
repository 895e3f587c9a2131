#include "nanobrain/sweep/cell_timing.h"

#include <sstream>
#include <thread>

#include "nanobrain/base/host.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/sweep/summary.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

/// Stands in for `nanobrain bench`: the n-th model takes n ms. It fails at what
/// has the text of the file "broken".
constexpr const char* kBench = R"(#!/bin/bash
here=$(dirname "$0")
echo "$*" >> "$here/calls"
fail() { echo "$1" >&2; exit 1; }
ls -l /proc/$$/fd | grep -q end.lock || fail "without the lock"
[ -e "$here/slow" ] && sleep 0.3
[ -e "$here/garbled" ] && { echo "{}"; exit; }
[ -e "$here/broken" ] && [[ $* == *$(cat "$here/broken")* ]] && fail "damaged"
for word in "$@"; do
  case $word in
    --model=*) rows="$rows${rows:+,}{\"median_ms\": $((++n))}";;
  esac
done
echo "{\"rows\": [$rows]}"
)";

/// Two cells of two seeds, done and not timed.
class CellTiming : public ::testing::Test {
 protected:
  void SetUp() override {
    write_text(sweep_.path("program"), kBench);
    fs::permissions(sweep_.path("program"), fs::perms::owner_all);
    for (const size_t cell : {0, 1}) {
      for (const int64_t seed : {1, 2}) {
        sweep_.finish(cell, seed, 2.0);
        change(cell, seed, [](Json& result) {
          result.erase("forward_ms");
          result.erase("int8_forward_ms");
        });
        const SeedFolder run = sweep_.seed(cell, seed);
        fs::create_directories(run.run().model());
        fs::create_directories(run.int8());
        write_text(run.run().model() / kWeightsFile, "f32");
        write_text(run.int8() / kInt8WeightsFile, "int8");
        fs::copy(sweep_.folder().base(), run.config());
      }
    }
  }

  void change(size_t cell, int64_t seed, void (*edit)(Json&)) const {
    const auto path = sweep_.seed(cell, seed).result();
    Json result = read_json(path);
    edit(result);
    write_json(path, result);
  }
  Json result(size_t cell, int64_t seed) const {
    return read_json(sweep_.seed(cell, seed).result());
  }
  void time(int64_t threads = 1) const {
    time_models(
        sweep_.folder(),
        read_sweep_folder(sweep_.folder()),
        {sweep_.path("program"), threads, {}},
        Claim::wait(sweep_.folder().root / "end.lock"));
  }
  /// The commands since the last call of this.
  std::vector<std::string> calls() const {
    if (!fs::exists(sweep_.path("calls"))) return {};
    std::istringstream text(read_text(sweep_.path("calls")));
    fs::remove(sweep_.path("calls"));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }

  SweepResults sweep_{
      "grid: {model.num_layers: [1, 2]}\nseeds: [1, 2]\n"
      "budget: {steps: 4}\ntiming: {repetitions: 7}\n"};
};

TEST_F(CellTiming, ComesLastAndTakesAllCellsOfASeedTogether) {
  RunStatus waiting;
  sweep_.set_status(1, 2, waiting);
  time();
  EXPECT_THAT(calls(), IsEmpty()); // a run is left
  waiting.state = "done";
  sweep_.set_status(1, 2, waiting);
  time();
  const auto commands = calls();
  ASSERT_EQ(commands.size(), 2u);
  for (const int64_t seed : {1, 2}) {
    // The base's context is of 8 tokens.
    std::string line = "bench forward --threads=1 --tokens=8 --repetitions=7";
    for (const size_t cell : {0, 1}) {
      const SeedFolder run = sweep_.seed(cell, seed);
      line += " --model=" + run.run().root.string() +
              " --model=" + run.int8().string();
    }
    EXPECT_THAT(commands[static_cast<size_t>(seed) - 1], StartsWith(line));
  }
  EXPECT_EQ(result(0, 1)["forward_ms"], 1);
  EXPECT_EQ(result(0, 1)["int8_forward_ms"], 2);
  EXPECT_EQ(result(1, 2)["forward_ms"], 3);
  EXPECT_EQ(result(1, 2)["int8_forward_ms"], 4);
  EXPECT_EQ(result(1, 2)["timed_on"], host_facts()["hostname"]);
  EXPECT_EQ(result(1, 2)["timed_threads"], 1);
  time();
  EXPECT_THAT(calls(), IsEmpty());
}

TEST_F(CellTiming, WhatIsMissingIsTimedWhereTheRestWas) {
  time();
  calls();
  change(0, 2, [](Json& result) { result.erase("forward_ms"); });
  time();
  EXPECT_THAT(calls(), ElementsAre(Not(HasSubstr(sweep_.id(1)))));
  // Rows of two machines, or of other numbers of threads, are no comparison.
  change(0, 2, [](Json& result) { result.erase("forward_ms"); });
  change(1, 1, [](Json& result) { result["timed_on"] = "elsewhere"; });
  time();
  EXPECT_EQ(calls().size(), 2u);
  EXPECT_EQ(result(1, 1)["timed_on"], host_facts()["hostname"]);
  change(0, 2, [](Json& result) { result.erase("forward_ms"); });
  time(2);
  EXPECT_THAT(calls(), Each(HasSubstr("--threads=2")));
  EXPECT_EQ(result(1, 1)["timed_threads"], 2);
}

TEST_F(CellTiming, WhatCannotBeTimedHasNoOtherTimedAgain) {
  time();
  calls();
  change(0, 2, [](Json& result) { result.erase("forward_ms"); });
  change(1, 1, [](Json& result) { result["timed_on"] = "elsewhere"; });
  write_text(sweep_.path("broken"), sweep_.seed(0, 2).run().root.string());
  time();
  EXPECT_THAT(calls(), ElementsAre(Not(HasSubstr(sweep_.id(1)))));
  fs::remove_all(sweep_.seed(0, 2).int8());
  time();
  EXPECT_THAT(calls(), IsEmpty());
  EXPECT_EQ(result(1, 1)["timed_on"], "elsewhere");
}

TEST_F(CellTiming, WhatIsDamagedCostsItsOwnRunAlone) {
  write_text(sweep_.path("broken"), sweep_.seed(1, 2).int8().string());
  write_text(sweep_.seed(0, 1).config(), "model: 3\n");
  time();
  // Seed 1 without its first cell; seed 2, then each of its cells alone.
  EXPECT_EQ(calls().size(), 4u);
  EXPECT_FALSE(result(0, 1).contains("forward_ms"));
  EXPECT_TRUE(result(1, 1).contains("forward_ms"));
  EXPECT_TRUE(result(0, 2).contains("forward_ms"));
  EXPECT_FALSE(result(1, 2).contains("forward_ms"));
  write_text(sweep_.path("garbled"), ""); // another version's output
  time();
  EXPECT_FALSE(result(1, 2).contains("forward_ms"));
}

TEST_F(CellTiming, OfTwoWorkersOneDoesIt) {
  write_text(sweep_.path("slow"), ""); // for the two to overlap
  std::thread other([&] { time(); });
  time();
  other.join();
  EXPECT_EQ(calls().size(), 2u);
}

TEST_F(CellTiming, WhatIsNotTimedIsBlank) {
  write_text(sweep_.path("broken"), "");
  time();
  EXPECT_EQ(calls().size(), 6u); // each seed's runs alone, too
  fs::remove(sweep_.path("broken"));
  fs::remove(sweep_.seed(0, 1).int8() / kInt8WeightsFile); // for its size
  SweepSummary summary = summarize_sweep(sweep_.folder());
  EXPECT_EQ(summary.cells[0].f32->front.count("forward_ms"), 0u);
  EXPECT_EQ(summary.cells[0].f32->front.count("bytes"), 1u);
  EXPECT_EQ(cells_table(summary).json()[0]["forward_ms"], nullptr);
  EXPECT_EQ(runs_table(summary).json()[0]["forward_ms"], nullptr);
  EXPECT_THAT(cells_table(summary).markdown(), HasSubstr("|  |  | 2 done |"));
  time();
  summary = summarize_sweep(sweep_.folder());
  EXPECT_EQ(runs_table(summary).json()[0]["forward_ms"], nullptr);
  EXPECT_EQ(summary.cells[0].f32->at("forward_ms").values.size(), 1u);
  EXPECT_EQ(summary.cells[1].f32->at("forward_ms").values.size(), 2u);
}

} // namespace
} // namespace nanobrain::testing
