#include "nanobrain/sweep/sweep.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/sweep/baseline_tables.h"
#include "nanobrain/sweep/budget.h"
#include "nanobrain/sweep/cell_timing.h"
#include "nanobrain/sweep/claim.h"
#include "nanobrain/sweep/closing.h"
#include "nanobrain/sweep/confirm.h"
#include "nanobrain/sweep/differences.h"
#include "nanobrain/sweep/dry_run.h"
#include "nanobrain/sweep/halving.h"
#include "nanobrain/sweep/live_view.h"
#include "nanobrain/sweep/provenance.h"
#include "nanobrain/sweep/slurm.h"
#include "nanobrain/sweep/speed.h"
#include "nanobrain/sweep/summary.h"
#include "nanobrain/sweep/worker.h"

namespace nanobrain {

namespace {

/// Before anything is made: files that every run would look for in vain.
void require_inputs(const SweepConfig& sweep, const std::vector<Cell>& cells) {
  for (const Cell& cell : cells) {
    if (cell.tokenizer) continue;
    require_input("set.data.tokenizer", cell.config.data.tokenizer);
    require_input("set.data.train", cell.config.data.train);
    require_input("set.data.val", cell.config.data.val);
  }
  for (const auto& [name, path] : sweep.measure.items()) {
    require_input("measure." + name, path.get<std::string>());
  }
  for (const fs::path& path : sweep.text.train) {
    require_input("text.train", path);
  }
  for (const fs::path& path : sweep.text.val) require_input("text.val", path);
}

/// Written again as each run ends, by whichever worker ends it; one at a time,
/// so that the latest state stays.
SweepSummary write_tables(const SweepFolder& folder) {
  const Claim claim = Claim::wait(folder.root / "tables.lock");
  SweepSummary summary = summarize_sweep(folder);
  write_file(folder.root / "summary.csv", runs_table(summary).csv());
  write_file(folder.root / "cells.csv", cells_table(summary).csv());
  return summary;
}

SweepResult result_of(
    const SweepFolder& folder,
    const SweepSummary& summary,
    const JobPlan& plan) {
  std::vector<std::string> front;
  std::string on_front;
  for (const CellSummary& cell : summary.cells) {
    if (!cell.f32) continue;
    const auto mark = cell.f32->front.find("parameters");
    if (mark == cell.f32->front.end() || !is_on(mark->second)) continue;
    front.push_back(cell.id);
    const auto beside = describe_against(summary, cell, Precision::kF32);
    on_front += "\n  " + cell.id + (beside.empty() ? "" : " " + beside);
  }
  const auto runs = static_cast<int64_t>(
      summary.cells.size() * run_seeds(summary.config).size());
  const int64_t done = summary.count("done");
  const int64_t failed = summary.count("failed");
  const int64_t waiting = runs - done - failed;
  const auto mixtures = find_mixtures(summary.cells);
  const std::string output = folder.root.string();
  SweepResult result{
      .json =
          {{"cells", summary.cells.size()},
           {"done", done},
           {"failed", failed},
           {"waiting", waiting},
           {"front", front},
           {"mixed", mixed_keys(mixtures)},
           {"jobs", plan.jobs()},
           {"threads", plan.threads},
           {"output", output}},
      .table = cells_table(summary),
      .text = fmt::format(
          "{} cells: {} runs done, {} failed, {} waiting\n{}{}"
          "on the front of bits per byte against parameters:{}\n{}"
          "tables: {}/cells.csv, summary.csv; nanobrain report {} shows them\n",
          summary.cells.size(),
          done,
          failed,
          waiting,
          failed == 0 ? "" : "--retry-failed tries the failed ones again\n",
          mixed_note(mixtures, "\n"),
          front.empty() ? " none" : on_front,
          closing_text(summary),
          output,
          output)};
  result.json.update(closing_json(summary));
  return result;
}

/// Workers on a cluster's nodes, each of which calls run_sweep().
SweepResult submit(
    const SweepRequest& request,
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const std::vector<Cell>& cells) {
  const auto runs =
      static_cast<int64_t>(cells.size() * run_seeds(sweep).size());
  const SlurmRequest array{
      .tasks = request.jobs == 0 ? runs : request.jobs,
      .threads = std::max<int64_t>(1, request.threads),
      .sbatch = request.sbatch,
      .allow_mixed = request.allow_mixed,
      .program = fs::canonical(request.program)};
  const std::string id = submit_slurm_job(folder, array);
  return {
      .json =
          {{"job", id},
           {"tasks", array.tasks},
           {"threads", array.threads},
           {"output", folder.root.string()}},
      .table = cells_table(summarize_sweep(folder)),
      .text = fmt::format(
          "Slurm job {}: {} workers of {} processors each\n"
          "squeue --jobs {} shows them, scancel {} stops them; logs: {}/slurm/"
          "\n",
          id,
          array.tasks,
          array.threads,
          id,
          id,
          folder.root.string())};
}

JobPlan plan_jobs(const SweepRequest& request, const Cell& cell) {
  return plan_jobs(request.jobs, request.threads, cell, request.program);
}

/// `measured` is what the minutes of a budget came to before; null: nothing
/// yet.
SweepResult plan_sweep(
    const SweepRequest& request,
    const SweepConfig& sweep,
    std::vector<Cell> cells,
    const Json& measured) {
  const JobPlan plan = plan_jobs(request, cells.front());
  if (!measured.is_null()) {
    set_steps(measured, cells);
  } else if (const auto minutes = sweep.budget.minutes) {
    set_steps(measure_minutes(*minutes, cells, plan, request.program), cells);
    require_steps(sweep, cells);
  }
  return dry_run(request, sweep, cells, plan);
}

Json measured_before(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const std::vector<Cell>& cells) {
  return sweep.budget.minutes ? read_minutes(folder, cells) : Json();
}

int64_t count_done(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const std::vector<Cell>& cells) {
  int64_t done = 0;
  for (const Cell& cell : possible_cells(sweep, cells)) {
    for (const RunSeed& seed : run_seeds(sweep)) {
      done += status_or_waiting(folder.seed(cell.id, seed)).state == "done";
    }
  }
  return done;
}

/// Runs what a folder holds, or submits it.
SweepResult run_folder(const SweepRequest& request, const SweepFolder& folder) {
  const SweepConfig sweep = read_sweep_folder(folder);
  auto cells = make_cells(sweep);
  const Json measured = measured_before(folder, sweep, cells);
  if (request.dry_run) return plan_sweep(request, sweep, cells, measured);

  if (!measured.is_null()) set_steps(measured, cells);
  if (request.retry_failed) forget_failures(folder, sweep, cells);
  if (request.launcher == "slurm") return submit(request, folder, sweep, cells);

  const JobPlan plan = plan_jobs(request, cells.front());
  if (sweep.budget.minutes && measured.is_null()) {
    set_steps_by_minutes(folder, sweep, plan, request.program, cells);
  }
  for (const Cell& cell : first_cells(sweep, cells)) write_cell(folder, cell);
  std::optional<LiveView> view(
      std::in_place,
      folder,
      static_cast<int64_t>(
          planned_cells(sweep, cells).size() * run_seeds(sweep).size()),
      count_done(folder, sweep, cells));
  const auto observe =
      [&](const Cell& cell, const RunSeed& seed, const RunStatus& status) {
        const bool begins = status.state == "running";
        if (begins && !request.allow_mixed) {
          require_unmixed(folder, cell, seed);
        }
        view->update(cell, seed, status);
        if (begins) return;
        try {
          write_tables(folder);
        } catch (const Interrupted&) {
          throw;
        } catch (const std::exception&) {
          // Another run's file is damaged or just gone: it ends no worker. At
          // the end the tables are written again, and the error is said.
        }
      };
  parallel_for(plan.jobs(), plan.jobs(), [&](int64_t job) {
    const RunTools tools{
        request.program, plan.threads, plan.cpus[static_cast<size_t>(job)]};
    run_worker(folder, sweep, cells, tools, observe);
  });
  view.reset();
  {
    // One worker at a time: nothing is to run beside what is timed.
    const Claim alone = Claim::wait(folder.root / "end.lock");
    const RunTools timer{request.program, plan.threads, plan.cpus.front()};
    time_models(folder, sweep, timer, alone);
    const RunTools all{request.program, plan.threads * plan.jobs(), {}};
    close_sweep(folder, all, alone);
  }
  return result_of(folder, write_tables(folder), plan);
}

SweepResult confirm(const SweepRequest& request, const SweepFolder& folder) {
  if (request.dry_run) {
    const SweepConfig sweep = plan_confirmation(folder, request.confirm);
    const auto cells = make_cells(sweep);
    return plan_sweep(
        request, sweep, cells, measured_before(folder, sweep, cells));
  }
  const SweepFolder again = open_confirmation(folder, request.confirm);
  SweepResult result = run_folder(request, again);
  if (request.launcher == "slurm") return result;
  const SweepSummary summary = summarize_sweep(again);
  const Table differences = differences_to(summary, summary.cells.front());
  result.json["reference"] = summary.cells.front().id;
  result.json["differences"] = differences.json();
  result.text += fmt::format("\non fresh seeds alone:\n{}", differences.text());
  return result;
}

} // namespace

SweepResult run_sweep(const SweepRequest& request) {
  const SweepFolder folder{fs::absolute(request.output).lexically_normal()};
  require<UsageError>(
      !request.config.empty() || request.overrides.empty(),
      "sweep",
      "resumes what {} holds; --set and --budget change a config: name it",
      folder.root.string());
  if (!request.config.empty()) {
    const auto sweep = read_sweep_config(request.config, request.overrides);
    const auto cells = make_cells(sweep); // before anything is made
    const bool is_new = !fs::exists(folder.config());
    require_inputs(sweep, cells);
    if (request.confirm == 0 && (request.dry_run || is_new)) {
      require_decay(sweep, cells);
      if (!sweep.budget.minutes) require_steps(sweep, cells);
    }
    if (request.confirm > 0) {
      require(
          !is_new,
          folder.root.string(),
          "holds no sweep: run it before --confirm");
    } else if (request.dry_run && is_new) {
      return plan_sweep(request, sweep, cells, nullptr);
    }
    open_sweep_folder(folder, sweep);
  }
  return request.confirm > 0 ? confirm(request, folder)
                             : run_folder(request, folder);
}

} // namespace nanobrain
