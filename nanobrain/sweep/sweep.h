// A sweep from its YAML to its summary.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
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
  bool retry_failed = false;
  /// nanobrain, for the processes of a run.
  std::filesystem::path program = "/proc/self/exe";
};

/// Runs a sweep, or resumes one. Result: cells, done, failed, waiting,
/// front (ids on the front of bits per byte against parameters), jobs, threads,
/// output; with the launcher slurm, which takes `jobs` for the number of
/// workers (0: one a run) and only submits them: job, tasks, threads, output;
/// of a dry run: cells (each with its arithmetic), runs, jobs, threads,
/// seconds. UsageError if a cell cannot be, Interrupted once a signal has
/// come and the runs have saved what they had, Error otherwise. A run that
/// fails is no Error.
Json run_sweep(const SweepRequest& request);

/// The result for people: the plan of a dry run, the job that a launcher
/// submitted, or what came of the runs.
std::string describe_sweep(const SweepRequest& request, const Json& result);

/// The cells: of a dry run as planned, else with the figures that the folder
/// holds by now.
Table sweep_table(const SweepRequest& request, const Json& result);

} // namespace nanobrain
