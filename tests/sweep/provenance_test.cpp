#include "nanobrain/sweep/provenance.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"
#include "nanobrain/base/isa.h"
#include "nanobrain/sweep/confirm.h"
#include "nanobrain/sweep/summary.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

/// A start of a run in its run.json.
Json session(const std::string& commit, const char* head, const char* body) {
  return {
      {"host",
       {{"commit", commit},
        {"compiler", "GCC 12.2.0"},
        {"cpu", "a processor"},
        {"hostname", "node-7"}}},
      {"libtorch", "2.13.0"},
      {"isa", "avx2"},
      {"arithmetic", {{"head", head}, {"body", body}}},
      {"device", "cpu"}};
}

/// 1 and 2 layers, three seeds each; a result has facts or a run has a record.
class Provenance : public ::testing::Test {
 protected:
  /// A done run, made by this program with these facts beside.
  void finish(size_t cell, int64_t seed, const Json& facts) const {
    sweep_.finish(cell, seed, 2.0);
    Json result = read_json(sweep_.seed(cell, seed).result());
    result["commit"] = build_commit();
    result["isa"] = name(active_isa());
    result.update(facts);
    write_json(sweep_.seed(cell, seed).result(), result);
  }
  void write_record(size_t cell, int64_t seed, const Json& record) const {
    const RunFolder run = sweep_.seed(cell, seed).run();
    fs::create_directories(run.root);
    write_json(run.record(), record);
  }
  std::string mixed() const {
    return mixed_note(find_mixtures(read_cells(sweep_.folder(), config_)));
  }
  void require_unmixed_run(size_t cell, int64_t seed) const {
    require_unmixed(sweep_.folder(), make_cells(config_)[cell], seed);
  }

  SweepResults sweep_;
  SweepConfig config_ = read_sweep_folder(sweep_.folder());
};

TEST_F(Provenance, IsThatOfEverySession) {
  write_record(
      0,
      1,
      {{"data",
        {{"train", {{"xxh3", "01"}}},
         {"val", {{"xxh3", "02"}}},
         {"tokenizer", {{"sha256", "03"}}}}},
       {"sessions",
        {session("aaa", "bf16", "f32"),
         session("aaa", "bf16", "f32"),
         session("bbb-dirty", "bf16", "f32")}}});
  EXPECT_EQ(recorded_facts(sweep_.seed(0, 1).run()), Json::parse(R"({
      "commit": "aaa, bbb-dirty", "isa": "avx2",
      "arithmetic": "bf16 head, f32 blocks", "libtorch": "2.13.0",
      "compiler": "GCC 12.2.0", "device": "cpu", "cpu": "a processor",
      "host": "node-7", "train_xxh3": "01", "val_xxh3": "02",
      "tokenizer_sha256": "03"})"));
  EXPECT_EQ(recorded_facts(sweep_.seed(0, 2).run()), Json::object());
}

TEST_F(Provenance, IsInEveryRow) {
  finish(0, 1, {{"arithmetic", "bf16"}, {"timed_on", "node-1"}});
  sweep_.finish(0, 2, 2.0); // of before; its run folder knows
  write_record(0, 2, {{"sessions", {session("old", "f32", "f32")}}});
  sweep_.finish(1, 1, 2.0); // and this one's is gone
  const Json rows = runs_table(summarize_sweep(sweep_.folder())).json();
  EXPECT_EQ(rows[0]["commit"], build_commit());
  EXPECT_EQ(rows[0]["arithmetic"], "bf16");
  EXPECT_EQ(rows[0]["timed_on"], "node-1");
  EXPECT_EQ(rows[1]["commit"], "old");
  EXPECT_EQ(rows[1]["compiler"], "GCC 12.2.0");
  EXPECT_EQ(rows[1]["timed_on"], nullptr);
  EXPECT_EQ(rows[3]["commit"], nullptr);
}

TEST_F(Provenance, WhatIsNotKnownOrAlikeIsNotMixed) {
  finish(0, 1, {{"host", "node-1"}, {"cpu", "a"}, {"compiler", "GCC 12"}});
  finish(1, 1, {{"host", "node-2"}, {"cpu", "b"}, {"compiler", "GCC 13"}});
  sweep_.finish(0, 2, 2.0);
  EXPECT_EQ(mixed(), "");
  require_unmixed_run(1, 3);
}

TEST_F(Provenance, AnotherCommitIsRefusedAndNoted) {
  finish(0, 1, {{"commit", "3e367a1"}});
  EXPECT_EQ(mixed(), "");
  EXPECT_ERROR(
      Error,
      "commit: 3e367a1 of num_layers=1/seed-1, but " + build_commit() +
          " of num_layers=2/seed-1 as it would run here",
      require_unmixed_run(1, 1));
  EXPECT_ERROR(Error, "--allow-mixed", require_unmixed_run(1, 1));
  finish(1, 1, Json::object()); // as --allow-mixed does
  const std::string note =
      "the runs are mixed: commit (3e367a1, " + build_commit() + ")";
  EXPECT_EQ(mixed(), note);
  const Table table = cells_table(summarize_sweep(sweep_.folder()));
  EXPECT_THAT(table.text(), HasSubstr(note));
  EXPECT_THAT(table.markdown(), HasSubstr(note));
  EXPECT_EQ(table.json()[0]["mixed"], "commit");
}

TEST_F(Provenance, WhatARunHasBegunWithCounts) {
  write_record(0, 1, {{"sessions", {session("old", "f32", "f32")}}});
  require_unmixed_run(1, 1); // that run has no figures yet
  EXPECT_ERROR(Error, "commit: old of", require_unmixed_run(0, 1));
}

TEST_F(Provenance, WhatIsDamagedSaysNothing) {
  finish(0, 1, Json::object());
  RunStatus failed;
  failed.state = "failed";
  sweep_.set_status(1, 2, failed);
  write_record(1, 2, Json::object());
  write_text(sweep_.seed(1, 2).run().record(), "{\"sess");
  const SweepSummary summary = summarize_sweep(sweep_.folder());
  EXPECT_EQ(summary.count("failed"), 1);
  write_text(sweep_.path("a.tokens"), "no tokens"); // set.data.train
  require_unmixed_run(1, 2);
  write_text(sweep_.folder().cell(sweep_.id(0)) / "cell.json", "");
  require_unmixed_run(1, 2);
}

TEST_F(Provenance, ArithmeticIsThatOfACell) {
  finish(0, 1, {{"arithmetic", "f32"}});
  finish(1, 1, {{"arithmetic", "bf16"}}); // 128 wide, say
  EXPECT_EQ(mixed(), "");
  finish(1, 2, {{"arithmetic", "f32"}});
  EXPECT_EQ(mixed(), "the runs are mixed: arithmetic (bf16, f32)");
  EXPECT_ERROR(Error, "arithmetic: bf16 of", require_unmixed_run(1, 3));
}

TEST_F(Provenance, TimesOfTwoHostsAreNotedAndStopNothing) {
  finish(0, 1, {{"timed_on", "node-1"}});
  finish(1, 1, {{"timed_on", "node-2"}});
  EXPECT_EQ(mixed(), "the runs are mixed: host of the times (node-1, node-2)");
  require_unmixed_run(1, 3);
}

TEST_F(Provenance, AConfirmationIsMadeAsWhatItConfirms) {
  for (const size_t cell : {0, 1}) {
    for (const int64_t seed : {1, 2, 3}) finish(cell, seed, Json::object());
  }
  const SweepFolder again = open_confirmation(sweep_.folder(), 2);
  const SweepConfig config = read_sweep_folder(again);
  const Cell cell = make_cells(config).front();
  const RunSeed seed = run_seeds(config).front();
  require_unmixed(again, cell, seed);
  finish(1, 3, {{"commit", "3e367a1"}});
  EXPECT_ERROR(Error, "commit", require_unmixed(again, cell, seed));
}

TEST(ProvenanceOfData, IsComparedAmongCellsOfTheSameData) {
  const SweepResults sweep(
      "grid: {data.val: [b.tokens, c.tokens], model.num_layers: [1, 2]}\n"
      "seeds: [1]\nbudget: {steps: 4}\n");
  const auto finish = [&](size_t cell, const char* hash) {
    sweep.finish(cell, 1, 2.0);
    Json result = read_json(sweep.seed(cell, 1).result());
    result.update({{"commit", "a"}, {"val_xxh3", hash}});
    write_json(sweep.seed(cell, 1).result(), result);
  };
  const auto mixed = [&] {
    return mixed_keys(find_mixtures(
        read_cells(sweep.folder(), read_sweep_folder(sweep.folder()))));
  };
  finish(0, "01");
  finish(1, "01");
  finish(2, "02"); // c.tokens
  finish(3, "02");
  EXPECT_EQ(mixed(), "");
  finish(3, "03"); // was made again
  EXPECT_EQ(mixed(), "val_xxh3");
}

} // namespace
} // namespace nanobrain::testing
