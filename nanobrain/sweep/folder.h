// The folder of a sweep, which is its whole state.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/limits.h"
#include "nanobrain/run/run_folder.h"
#include "nanobrain/sweep/cell.h"
#include "nanobrain/sweep/config.h"
#include "nanobrain/sweep/figures.h"

namespace nanobrain {

/// Where a run stands, in its status.json.
struct RunStatus {
  std::string state = "waiting"; // running, done, failed, interrupted
  int64_t attempts = 0;          // that came to an end, since --retry-failed
  int64_t generation = 0;        // which of its beginnings this is
  int64_t exit_code = 0;
  std::string error; // the last line of the process that failed
  std::string host;  // of the worker that has or had it
  int64_t pid = 0;
  double elapsed_s = 0; // of all attempts, by a clock that does not jump

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(state, "waiting, running, done, failed or interrupted");
    FIELD(attempts, "times it was done or failed; interruptions do not count");
    FIELD(generation, "times that a worker began it");
    FIELD(exit_code, "of the process that failed");
    FIELD(error, "its last line");
    FIELD(host, "of the worker");
    FIELD(pid, "of the worker");
    FIELD(elapsed_s, "seconds of all attempts");
  }
};

/// The paths of one run; nothing is made or checked.
///   lock         held by the process that works on it (claim.h)
///   status.json  RunStatus
///   config.yaml  what `nanobrain train` gets
///   log.txt      stderr of its processes
///   run/         the run folder
///   int8/        its model as int8
///   result.json  figures of both and facts (provenance.h), once both are made;
///                their times come last (cell_timing.h)
struct SeedFolder {
  fs::path root;

  fs::path lock() const { return root / "lock"; }
  fs::path status() const { return root / "status.json"; }
  fs::path config() const { return root / "config.yaml"; }
  fs::path log() const { return root / "log.txt"; }
  RunFolder run() const { return {root / "run"}; }
  fs::path int8() const { return root / "int8"; }
  fs::path result() const { return root / "result.json"; }
};

/// The paths of a sweep.
///   sweep.yaml            the sweep, every key written out
///   base.yaml             its base as it was when the sweep started
///   data/KIND-SIZE/       a tokenizer that the grid names, and its tokens
///   minutes.json          what a budget of minutes comes to (budget.h)
///   cells/ID/cell.json    overrides, steps, arithmetic
///   cells/ID/seed-N/      one run; seed-N-data-M where data_seeds differ
///   summary.csv           a row a run
///   cells.csv             a row a cell
///   baselines.json        n-grams counted on what the cells saw
///   test.json             what the best cell has on the test text
///   minutes.lock, tables.lock, end.lock    held while those are made, and
///                         while the finished sweep is timed and closed
///                         (claim.h)
///   timing.log, closing.log      stderr of what the end runs
///   confirm/              the best cells on fresh seeds, a sweep of its own
struct SweepFolder {
  fs::path root;

  fs::path config() const { return root / "sweep.yaml"; }
  fs::path base() const { return root / "base.yaml"; }
  fs::path data(const CellTokenizer& tokenizer) const;
  fs::path minutes() const { return root / "minutes.json"; }
  fs::path cells() const { return root / "cells"; }
  fs::path cell(const std::string& id) const { return cells() / id; }
  SeedFolder seed(const std::string& id, const RunSeed& seed) const;
  /// What a cell's runs read: the base's data, or those of its tokenizer.
  DataConfig data_of(const Cell& cell) const;
  fs::path baselines() const { return root / "baselines.json"; }
  fs::path test() const { return root / "test.json"; }
};

/// Makes the folder, or opens one that holds the same sweep. Error if
/// it holds another sweep, other things, or was made by another version.
void open_sweep_folder(const SweepFolder& folder, const SweepConfig& sweep);

/// The sweep that a folder holds, on the base that it holds. Error if it
/// holds none.
SweepConfig read_sweep_folder(const SweepFolder& folder);

/// What a cell costs by arithmetic, as cell.json and a dry run say it:
/// parameters, f32_bytes, int8_bytes, steps, tokens, train_flops.
Json cell_arithmetic(const RunConfig& config);
/// Writes cell.json: what the cell is, and its arithmetic.
void write_cell(const SweepFolder& folder, const Cell& cell);

/// Waiting where there is no file yet.
RunStatus read_status(const SeedFolder& folder);
/// Waiting, too, where the file is damaged or goes as it is read: its run is
/// done again, and whoever asks goes on.
RunStatus status_or_waiting(const SeedFolder& folder);
void write_status(const SeedFolder& folder, const RunStatus& status);

/// The figures of a run; none where it is not done.
std::optional<Json> read_result(
    const SeedFolder& folder, const Figures& figures = all_figures());

} // namespace nanobrain
