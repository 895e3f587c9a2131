// A Slurm of one machine for a test: munge, controller and node daemon with
// folders and ports of their own, beside whatever the machine has.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "tests/support/support.h"

namespace nanobrain::testing {

/// The programs that the cluster needs and this machine lacks; empty: none.
std::string missing_slurm_program();

class SlurmCluster {
 public:
  /// Starts the daemons and waits until the node takes jobs. std::runtime_error
  /// with the logs' ends where it does not within a minute.
  SlurmCluster();
  /// Stops them, with every job.
  ~SlurmCluster();
  SlurmCluster(const SlurmCluster&) = delete;
  SlurmCluster& operator=(const SlurmCluster&) = delete;

  /// What a client of this cluster needs in its environment.
  std::map<std::string, std::string> environment() const {
    return {{"SLURM_CONF", path("slurm.conf")}};
  }
  /// stdout of sbatch, squeue, scontrol or scancel; a test failure where the
  /// command fails.
  std::string run(const std::vector<std::string>& command) const;
  /// The ends of the daemons' logs.
  std::string logs() const;

 private:
  std::string path(const std::string& name) const { return dir_ / name; }
  void configure() const;
  void start(const std::vector<std::string>& command);
  void stop();

  TempDir dir_;
  std::vector<pid_t> daemons_;
};

} // namespace nanobrain::testing
