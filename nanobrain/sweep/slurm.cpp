#include "nanobrain/sweep/slurm.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/sweep/child_process.h"

namespace nanobrain {

namespace {

/// As one word of a POSIX shell.
std::string quote(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

/// In a file name pattern of sbatch, where % begins a field.
std::string escape_pattern(const std::string& path) {
  std::string escaped;
  for (const char c : path) escaped += c == '%' ? "%%" : std::string(1, c);
  return escaped;
}

} // namespace

std::string submit_slurm_job(
    const SweepFolder& folder, const SlurmRequest& request) {
  require<UsageError>(
      request.tasks >= 1,
      "--jobs",
      "must be at least 1 under Slurm, but is {}",
      request.tasks);
  const fs::path place = folder.root / "slurm";
  const fs::path script = place / "worker.sh";
  fs::create_directories(place);
  // A worker that resumes the folder. exec: the signals that Slurm sends
  // to the batch step (scancel, a time limit, a requeue) reach it, so that it
  // saves what it has.
  write_file(
      script,
      fmt::format(
          "#!/bin/sh\nexec {} sweep --output {} --jobs 1 --threads {}{}\n",
          quote(request.program.string()),
          quote(folder.root.string()),
          request.threads,
          request.allow_mixed ? " --allow-mixed" : ""));
  std::vector<std::string> command = {
      "sbatch",
      "--parsable",
      "--requeue",
      "--open-mode=append", // a requeued task appends to its log
      "--job-name=" + folder.root.filename().string(),
      "--chdir=" + folder.root.string(),
      "--output=" + escape_pattern(place.string()) + "/%A_%a.log",
      fmt::format("--array=0-{}", request.tasks - 1),
      "--ntasks=1",
      fmt::format("--cpus-per-task={}", request.threads)};
  command.insert(command.end(), request.sbatch.begin(), request.sbatch.end());
  command.push_back(script.string());
  const ChildResult child =
      run_child({.command = std::move(command), .log = place / "sbatch.log"});
  require(
      child.ok(),
      "sbatch",
      "did not take the job: {} (exit code {}); --launcher slurm is for a "
      "machine that submits to a Slurm cluster",
      child.last_line,
      child.exit_code);
  // "123" or "123;cluster"
  return child.out.substr(0, child.out.find_first_of(";\n"));
}

} // namespace nanobrain
