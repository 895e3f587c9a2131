#include "nanobrain/sweep/worker.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/sweep/halving.h"

namespace nanobrain {

namespace {

constexpr std::chrono::milliseconds kIdlePoll(500);

struct Worker {
  const SweepFolder& folder;
  const SweepConfig& sweep;
  const RunTools& tools;
  const RunObserver& observe;

  bool finished(const Cell& cell, const RunSeed& seed) const {
    const SeedFolder run = folder.seed(cell.id, seed);
    return is_finished(run, status_or_waiting(run), sweep);
  }
  bool all_finished(const std::vector<Cell>& cells) const {
    return std::ranges::all_of(cells, [&](const Cell& cell) {
      return std::ranges::all_of(run_seeds(sweep), [&](const RunSeed& seed) {
        return finished(cell, seed);
      });
    });
  }

  /// Before it is decided on: a rung ranks runs of one schedule alone.
  void require_one_schedule(const std::vector<Cell>& at_rung) const {
    for (const Cell& cell : at_rung) {
      for (const RunSeed& seed : run_seeds(sweep)) {
        const SeedFolder run = folder.seed(cell.id, seed);
        if (!fs::exists(run.config())) continue;
        const int64_t begun =
            parse_run_config(run.config()).schedule.warmup_steps;
        const int64_t planned = cell.config.schedule.warmup_steps;
        require(
            begun == planned,
            run.root.string(),
            "was begun with {} steps of warm-up, and its rung now has {}: "
            "schedules do not mix; start the sweep in another folder",
            begun,
            planned);
      }
    }
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
    RunStatus begun = status_or_waiting(run);
    begun.state = "running";
    observe(cell, seed, begun);
    observe(cell, seed, run_stages(folder, sweep, cell, seed, tools, *claim));
    check_interrupted();
    return true;
  }
};

std::optional<double> rung_loss(
    const SweepFolder& folder, const SweepConfig& sweep, const Cell& cell) {
  std::vector<std::optional<Json>> results;
  for (const RunSeed& seed : run_seeds(sweep)) {
    const SeedFolder run = folder.seed(cell.id, seed);
    // A run that began again and failed may have an older result.
    const bool done = status_or_waiting(run).state == "done";
    results.push_back(done ? read_result(run) : std::nullopt);
  }
  return mean_loss(results);
}

} // namespace

bool has_diverged(const SeedFolder& run) {
  try {
    const fs::path record = run.run().record();
    return fs::exists(record) && read_json(record).contains("diverged");
  } catch (const std::exception&) {
    return false; // damaged, or being written
  }
}

bool is_finished(
    const SeedFolder& run, const RunStatus& status, const SweepConfig& sweep) {
  return status.state == "done" ||
         (status.state == "failed" &&
          (status.attempts > sweep.retries || has_diverged(run)));
}

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
    if (!worker.all_finished(at_rung)) worker.require_one_schedule(at_rung);
    worker.run(at_rung);
    while (!worker.all_finished(at_rung)) {
      check_interrupted();
      std::this_thread::sleep_for(kIdlePoll);
      worker.run(at_rung); // where another worker was killed
    }
    rest = survivors(rest, sweep.search, rung, [&](const Cell& cell) {
      return rung_loss(folder, sweep, cell);
    });
  }
}

void forget_failures(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const std::vector<Cell>& cells) {
  for (const Cell& cell : possible_cells(sweep, cells)) {
    for (const RunSeed& seed : run_seeds(sweep)) {
      const SeedFolder run = folder.seed(cell.id, seed);
      if (status_or_waiting(run).state != "failed") continue;
      const auto claim = Claim::take(run.lock());
      if (!claim) continue;
      // Another worker may have run it between the two.
      RunStatus status = status_or_waiting(run);
      if (status.state != "failed") continue;
      if (has_diverged(run)) fs::remove_all(run.run().root);
      status.attempts = 0;
      write_status(run, status);
    }
  }
}

} // namespace nanobrain
