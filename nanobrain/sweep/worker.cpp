#include "nanobrain/sweep/worker.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "nanobrain/base/interrupt.h"
#include "nanobrain/sweep/halving.h"

namespace nanobrain {

namespace {

constexpr std::chrono::milliseconds kIdlePoll(500);

struct Worker {
  const SweepFolder& folder;
  const SweepConfig& sweep;
  const RunTools& tools;
  const RunObserver& observe;

  /// It is done, or has failed as often as it may.
  bool finished(const Cell& cell, const RunSeed& seed) const {
    const RunStatus status = read_status(folder.seed(cell.id, seed));
    return status.state == "done" ||
           (status.state == "failed" && status.attempts > sweep.retries);
  }
  bool all_finished(const std::vector<Cell>& cells) const {
    return std::ranges::all_of(cells, [&](const Cell& cell) {
      return std::ranges::all_of(run_seeds(sweep), [&](const RunSeed& seed) {
        return finished(cell, seed);
      });
    });
  }

  /// Until every run of these cells is finished or another worker has it.
  void run(const std::vector<Cell>& cells) const {
    for (const Cell& cell : cells) write_cell(folder, cell);
    for (bool taken = true; taken;) {
      taken = false;
      for (const RunSeed& seed : run_seeds(sweep)) {
        for (const Cell& cell : cells) taken |= take(cell, seed);
      }
    }
  }

  /// True where the run was to be had.
  bool take(const Cell& cell, const RunSeed& seed) const {
    check_interrupted();
    if (finished(cell, seed)) return false;
    const SeedFolder run = folder.seed(cell.id, seed);
    fs::create_directories(run.root);
    const auto claim = Claim::take(run.lock());
    // Another worker may have ended it between the two.
    if (!claim || finished(cell, seed)) return false;
    RunStatus begun = read_status(run);
    begun.state = "running";
    observe(cell, seed, begun);
    observe(cell, seed, run_stages(folder, sweep, cell, seed, tools, *claim));
    check_interrupted();
    return true;
  }
};

/// None where a seed failed: what the others reached is no fair mean.
std::optional<double> mean_loss(
    const SweepFolder& folder, const SweepConfig& sweep, const Cell& cell) {
  const Figure& figure = objective(all_figures());
  double sum = 0;
  for (const RunSeed& seed : run_seeds(sweep)) {
    const auto result = read_result(folder.seed(cell.id, seed));
    if (!result) return std::nullopt;
    sum += *figure.of(*result, Precision::kF32);
  }
  return sum / static_cast<double>(run_seeds(sweep).size());
}

} // namespace

void run_worker(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const std::vector<Cell>& cells,
    const RunTools& tools,
    const RunObserver& observe) {
  const Worker worker{folder, sweep, tools, observe};
  if (sweep.search.kind != SearchKind::kHalving) {
    worker.run(cells);
    return;
  }
  std::vector<Cell> rest = cells;
  for (int64_t rung = 0; rung < sweep.search.rungs; ++rung) {
    const auto at_rung = cells_of_rung(rest, sweep.search, rung);
    worker.run(at_rung);
    while (!worker.all_finished(at_rung)) {
      check_interrupted();
      std::this_thread::sleep_for(kIdlePoll);
      worker.run(at_rung); // where another worker was killed
    }
    rest = survivors(rest, sweep.search, rung, [&](const Cell& cell) {
      return mean_loss(folder, sweep, cell);
    });
  }
}

void forget_failures(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const std::vector<Cell>& cells) {
  for (const Cell& cell : cells) {
    for (const RunSeed& seed : run_seeds(sweep)) {
      const SeedFolder run = folder.seed(cell.id, seed);
      RunStatus status = read_status(run);
      if (status.state != "failed") continue;
      const auto claim = Claim::take(run.lock());
      if (!claim) continue;
      status.state = "waiting";
      status.attempts = 0;
      write_status(run, status);
    }
  }
}

} // namespace nanobrain
