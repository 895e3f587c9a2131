#include "nanobrain/sweep/speed.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/message.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/yaml/yaml.h"

namespace nanobrain {

namespace {

std::vector<int> processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    }
  }
  return cpus;
}

double measure_speed(const Cell& cell, const RunTools& tools, double seconds) {
  // Removed at the end, for it is never committed.
  const AtomicDirectory scratch(
      fs::temp_directory_path() / fmt::format("nanobrain-{}", getpid()));
  const std::string config = scratch.path() / "run.yaml";
  write_file(config, to_yaml(write_fields(cell.config)));
  const ChildResult child = tools.run(
      {"bench",
       "train",
       config,
       "--steps=4",
       "--warm-up=2",
       fmt::format("--seconds={}", seconds),
       fmt::format("--threads={}", tools.threads)},
      scratch.path() / "log.txt");
  check_interrupted();
  require(
      child.ok(),
      "cell " + cell.id,
      "its speed could not be measured: {}",
      child.last_line);
  return parse_json(child.out, "bench train").at("tokens_per_s");
}

} // namespace

JobPlan share_processors(int64_t jobs, int64_t threads) {
  const std::vector<int> all = processors();
  const auto count = static_cast<int64_t>(all.size());
  require<UsageError>(
      jobs >= 1 && jobs <= count,
      "--jobs",
      "must be from 1 to the {} processors of this process, but is {}",
      count,
      jobs);
  JobPlan plan;
  plan.threads = threads > 0 ? threads : count / jobs;
  require<UsageError>(
      jobs * plan.threads <= count,
      "--threads",
      "of {} jobs must be at most {} each, for {} processors, but is {}",
      jobs,
      count / jobs,
      count,
      threads);
  if (jobs == 1) {
    plan.cpus.emplace_back();
    return plan;
  }
  for (int64_t job = 0; job < jobs; ++job) {
    const auto first = all.begin() + job * plan.threads;
    plan.cpus.emplace_back(first, first + plan.threads);
  }
  return plan;
}

std::vector<double> measure_speeds(
    const Cell& cell,
    const JobPlan& plan,
    const fs::path& program,
    double seconds) {
  std::vector<double> speeds(plan.cpus.size());
  parallel_for(plan.jobs(), plan.jobs(), [&](int64_t job) {
    const auto i = static_cast<size_t>(job);
    speeds[i] =
        measure_speed(cell, {program, plan.threads, plan.cpus[i]}, seconds);
  });
  return speeds;
}

JobPlan fastest_plan(const Cell& cell, const fs::path& program) {
  JobPlan best;
  double most = -1;
  const auto count = static_cast<int64_t>(processors().size());
  for (int64_t jobs = 1; jobs <= count; jobs *= 2) {
    const JobPlan plan = share_processors(jobs);
    const auto speeds = measure_speeds(cell, plan, program);
    const double all = std::accumulate(speeds.begin(), speeds.end(), 0.0);
    const std::string shown = format_count(static_cast<int64_t>(all));
    print_message("{} x {} threads: {} tokens/s", jobs, plan.threads, shown);
    if (all > most) best = plan;
    most = std::max(all, most);
  }
  print_message("{} x {} threads: taken", best.jobs(), best.threads);
  return best;
}

JobPlan plan_jobs(
    int64_t jobs, int64_t threads, const Cell& cell, const fs::path& program) {
  if (jobs > 0) return share_processors(jobs, threads);
  require<UsageError>(
      threads == 0, "--threads", "needs --jobs: without it both are measured");
  return fastest_plan(cell, program);
}

} // namespace nanobrain
