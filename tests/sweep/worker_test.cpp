// Workers with a program that stands in for nanobrain: what is tried here is
// who runs what, and what becomes of it when things go wrong.
#include "nanobrain/sweep/worker.h"

#include <signal.h>

#include "nanobrain/base/error.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/sweep/claim.h"
#include "nanobrain/sweep/summary.h"
#include "tests/sweep/worker_case.h"

namespace nanobrain::testing {
namespace {

TEST_F(WorkerTest, RunsEveryCellAndGathersItsFigures) {
  open("grid: {model.num_layers: [1, 2, 4]}\n");
  work();
  EXPECT_EQ(trained(), 9);
  const auto result = read_result(run(2, 3));
  ASSERT_TRUE(result);
  EXPECT_NEAR(result->at("val_bits_per_byte"), 0.28, 1e-12);
  EXPECT_EQ(result->at("int8_val_bits_per_byte"), 1.1);
  EXPECT_EQ(result->at("f32_bytes"), 80);
  EXPECT_EQ(result->at("int8_bytes"), 20);
  EXPECT_EQ(result->at("steps"), 8);
  work(); // nothing is left
  EXPECT_EQ(trained(), 9);
}

TEST_F(WorkerTest, AnInt8ModelIsOfTheWeightsThatThereAre) {
  open("grid: {model.num_layers: [1]}\nseeds: [1]\n");
  work();
  EXPECT_EQ(lines("quantized"), 1);
  fs::remove(run(0, 1).result());
  work();
  EXPECT_EQ(trained(), 2);
  EXPECT_EQ(lines("quantized"), 1); // the same weights again
  fs::remove(run(0, 1).result());
  mischief("weights=other\n");
  work();
  EXPECT_EQ(lines("quantized"), 2);
}

TEST_F(WorkerTest, DataSeedsAreCrossedWithSeeds) {
  open(
      "grid: {model.num_layers: [1, 2]}\nseeds: [1, 2]\n"
      "data_seeds: [2, 5]\n");
  work();
  EXPECT_EQ(trained(), 2 * 4);
  const auto result = read_result(run(1, {1, 5}));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->at("seed"), 1);
  EXPECT_EQ(result->at("data_seed"), 5);
  const RunConfig config = parse_run_config(run(1, {1, 5}).config());
  EXPECT_EQ(config.train.seed, 1);
  EXPECT_EQ(config.train.data_seed, 5);
  // Folders of one seed are named as ever.
  EXPECT_EQ(run(0, 2).root.filename(), "seed-2");
  EXPECT_EQ(run(0, {2, 5}).root.filename(), "seed-2-data-5");
  EXPECT_TRUE(read_result(run(0, 2)));
  const SweepSummary summary = summarize_sweep(folder_);
  EXPECT_EQ(
      joined(summary.cells[0].seeds_done(), &RunSeed::name),
      "1-data-2 1-data-5 2 2-data-5");
  EXPECT_EQ(compared_cells(summary, Precision::kF32).model.runs(0), 4);
  EXPECT_EQ(runs_table(summary).json()[1]["data_seed"], 5);
}

TEST_F(WorkerTest, AFailureCostsItsRunAloneAndIsTriedAgain) {
  open("grid: {model.num_layers: [1, 2]}\nretries: 1\n");
  mischief(
      "[ $layers$seed = 22 ] && { rmdir \"$4.busy\"; echo 'loss is NaN' >&2; "
      "exit 1; }\n"
      "[ $layers$seed = 13 ] && { rmdir \"$4.busy\"; kill -SEGV $$; }\n");
  work();
  EXPECT_EQ(read_status(run(0, 1)).state, "done");
  const auto nan = read_status(run(1, 2));
  EXPECT_EQ(nan.state, "failed");
  EXPECT_EQ(nan.attempts, 2); // of itself it says nothing of divergence
  EXPECT_EQ(nan.exit_code, 1);
  EXPECT_EQ(nan.error, "loss is NaN");
  const auto crash = read_status(run(0, 3));
  EXPECT_EQ(crash.exit_code, 139);
  EXPECT_THAT(crash.error, ::testing::HasSubstr("signal Segmentation fault"));
  EXPECT_EQ(summarize_sweep(folder_).count("failed"), 2);

  mischief("");
  work(); // not without being asked
  EXPECT_EQ(read_status(run(1, 2)).state, "failed");
  forget_failures(folder_, sweep_, cells_);
  work();
  EXPECT_EQ(summarize_sweep(folder_).count("done"), 6);
}

TEST_F(WorkerTest, ManyWorkersSomeKilledShareTheFolder) {
  open("grid: {model.num_layers: [1, 2, 3, 4, 5, 6, 7, 8]}\n");
  std::vector<pid_t> workers;
  for (int i = 0; i < 6; ++i) workers.push_back(start_worker());
  usleep(300'000);
  for (const int i : {0, 3}) kill(workers[i], SIGKILL);
  for (const int i : {1, 2, 4, 5}) EXPECT_EQ(wait_for(workers[i]), 0);
  for (const int i : {0, 3}) EXPECT_EQ(wait_for(workers[i]), 128 + SIGKILL);
  // What the dead had started ends a little after them.
  for (size_t cell = 0; cell < cells_.size(); ++cell) {
    for (const int64_t seed : sweep_.seeds) {
      Claim::wait(run(cell, seed).lock());
    }
  }
  work(); // what the dead were at when the others had ended
  EXPECT_TRUE(no_faults()) << read_text(files_.path("faults"));
  EXPECT_EQ(summarize_sweep(folder_).count("done"), 24);
  EXPECT_GE(trained(), 24);
  EXPECT_LE(trained(), 26);
}

TEST_F(WorkerTest, AnInterruptedRunResumes) {
  open("grid: {model.num_layers: [1]}\nseeds: [1]\n");
  mischief("while :; do sleep 0.02; done\n");
  const pid_t worker = start_worker();
  while (!fs::exists(files_.path("trained"))) usleep(10'000);
  kill(worker, SIGTERM);
  EXPECT_EQ(wait_for(worker), 130);
  EXPECT_EQ(read_status(run(0, 1)).state, "interrupted");
  mischief("");
  work();
  const auto status = read_status(run(0, 1));
  EXPECT_EQ(status.state, "done");
  EXPECT_EQ(status.generation, 2);
  EXPECT_EQ(status.attempts, 1); // an interruption uses up none
}

TEST_F(WorkerTest, ADivergedRunIsNotRetriedAndStartsAnewWhenAsked) {
  open("grid: {model.num_layers: [1, 2]}\nseeds: [1]\nretries: 3\n");
  mischief(
      "[ $layers = 2 ] && { touch \"$4/checkpoint\"; rmdir \"$4.busy\"\n"
      "  echo '{\"diverged\": \"step 3\"}' > \"$4/run.json\"\n"
      "  echo 'the loss is not finite' >&2; exit 1; }\n");
  work();
  EXPECT_EQ(trained(), 2);
  const auto status = read_status(run(1, 1));
  EXPECT_EQ(status.state, "failed");
  EXPECT_EQ(status.error, "the loss is not finite (not retried: it diverged)");
  mischief("[ -e \"$4/checkpoint\" ] && exit 1\n");
  forget_failures(folder_, sweep_, cells_);
  work();
  EXPECT_EQ(read_status(run(1, 1)).state, "done");
}

TEST_F(WorkerTest, WhatAnotherHasRunMeanwhileIsNotForgotten) {
  open("grid: {model.num_layers: [1, 2]}\nseeds: [1]\n");
  mischief("rmdir \"$4.busy\"; exit 1\n");
  work();
  mischief("");
  const auto claim = Claim::take(run(1, 1).lock());
  forget_failures(folder_, sweep_, cells_);
  EXPECT_EQ(read_status(run(0, 1)).attempts, 0);
  EXPECT_EQ(read_status(run(1, 1)).attempts, 1);
}

TEST_F(WorkerTest, AnyExceptionFailsItsRunAlone) {
  open("grid: {model.num_layers: [1, 2]}\nseeds: [1]\n");
  // No weights: their size cannot be asked for.
  mischief(
      "[ $layers = 2 ] && { mv \"$4/model\" \"$4/gone\"; ln -s nowhere "
      "\"$4/model\"; }\n");
  work();
  EXPECT_EQ(read_status(run(0, 1)).state, "done");
  EXPECT_EQ(read_status(run(1, 1)).state, "failed");
  EXPECT_FALSE(read_status(run(1, 1)).error.empty());
}

TEST_F(WorkerTest, ADamagedStatusEndsNoWorkerAndItsRunIsDoneAgain) {
  open("grid: {model.num_layers: [1, 2]}\nseeds: [1]\n");
  work();
  write_text(run(0, 1).status(), "{\"state\": ");
  {
    const auto other = Claim::take(run(0, 1).lock());
    work();
    EXPECT_EQ(trained(), 2);
  }
  work();
  EXPECT_EQ(trained(), 3);
  EXPECT_EQ(read_status(run(0, 1)).state, "done");
}

TEST_F(WorkerTest, ARunThatAnotherHasBegunIsTheOthers) {
  open("grid: {model.num_layers: [1]}\nseeds: [1]\n");
  // As on a file system that has lost the lock: once, amid the training.
  const std::string status = run(0, 1).status();
  mischief(
      "[ -e \"$here/once\" ] || { touch \"$here/once\"\n"
      "  sed -i 's/\"generation\": 1/\"generation\": 2/' " +
      status + "; cp " + status + " \"$here/others\"; }\n");
  std::vector<std::string> states;
  run_worker(
      folder_,
      sweep_,
      cells_,
      {files_.path("program"), 1, {}},
      [&](const Cell&, const RunSeed&, const RunStatus& now) {
        states.push_back(now.state);
        if (now.state != "lost") return;
        EXPECT_THAT(
            now.error, ::testing::HasSubstr("another worker has begun"));
        EXPECT_FALSE(read_result(run(0, 1)));
        EXPECT_EQ(read_text(status), read_text(files_.path("others")));
      });
  EXPECT_THAT(
      states, ::testing::ElementsAre("running", "lost", "running", "done"));
  EXPECT_EQ(read_status(run(0, 1)).generation, 3);
}

} // namespace
} // namespace nanobrain::testing
