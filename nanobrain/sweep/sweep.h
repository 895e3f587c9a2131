// A sweep from its YAML to its summary.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/measured.h"
#include "nanobrain/base/table.h"

namespace nanobrain {

struct SweepRequest {
  std::filesystem::path config = {}; // empty: resume what the folder holds
  std::vector<std::string> overrides = {};
  std::filesystem::path output = {};
  int64_t jobs = 0;    // runs at once; 0: as many as are fastest, measured
  int64_t threads = 0; // of each run; 0: the processors are shared out
  std::string launcher = "local";       // or slurm
  std::vector<std::string> sbatch = {}; // further options of Slurm's sbatch
  bool dry_run = false;
  double sd = kAblationSd; // of runs, for what a dry run says of its power
  bool retry_failed = false;
  bool allow_mixed = false; // of data, commits, arithmetic (provenance.h)
  int64_t confirm = 0;      // seeds; 0: the sweep itself
  /// nanobrain, for the processes of a run.
  std::filesystem::path program = "/proc/self/exe";
};

struct SweepResult {
  Json json;        // see run_sweep()
  Table table;      // the cells, as planned or with their figures by now
  std::string text; // the plan, the launcher's job or the results, for people
};

/// Runs a sweep, or resumes one, or runs the best cells of a finished one again
/// on fresh seeds (confirm.h). The JSON has: cells, done, failed, waiting,
/// front (ids on the front of bits per byte against parameters), mixed (the
/// keys of facts that differ, provenance.h), jobs, threads, output, what
/// closing_json() has; with the launcher slurm, which takes `jobs` for the
/// number of workers (0: one a run) and only submits them: job, tasks, threads,
/// output; of a dry run: cells (each with its arithmetic), runs, jobs, threads,
/// seconds, sd, detectable (detectable_differences()); of a confirmation,
/// beside what a sweep has: reference (id), differences (rows of
/// differences_to()). UsageError if a cell
/// cannot be, Interrupted once a signal has come and the runs have saved what
/// they had, Error otherwise. A run that fails is no Error.
SweepResult run_sweep(const SweepRequest& request);

} // namespace nanobrain
