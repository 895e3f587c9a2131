// A sweep as an array job of Slurm (https://slurm.schedmd.com/sbatch.html):
// each task is a worker on the sweep's folder, which a shared file system
// carries to the nodes. Queue, limits, requeueing and accounting are Slurm's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nanobrain/sweep/folder.h"

namespace nanobrain {

struct SlurmRequest {
  int64_t tasks = 1;                    // workers
  int64_t threads = 1;                  // processors of each
  std::vector<std::string> sbatch = {}; // further options: "--partition=long"
  bool allow_mixed = false;             // of the workers (SweepRequest)
  std::filesystem::path program = "nanobrain"; // as the nodes find it
};

/// Submits the array and returns the number of its job. Script and logs are in
/// the sweep's folder under slurm/. Error with Slurm's own words where it
/// refuses, or where there is no sbatch.
std::string submit_slurm_job(
    const SweepFolder& folder, const SlurmRequest& request);

} // namespace nanobrain
