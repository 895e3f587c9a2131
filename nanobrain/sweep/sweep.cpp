#include "nanobrain/sweep/sweep.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/sweep/baseline_tables.h"
#include "nanobrain/sweep/cell.h"
#include "nanobrain/sweep/closing.h"
#include "nanobrain/sweep/confirm.h"
#include "nanobrain/sweep/differences.h"
#include "nanobrain/sweep/live_view.h"
#include "nanobrain/sweep/power.h"
#include "nanobrain/sweep/slurm.h"
#include "nanobrain/sweep/speed.h"
#include "nanobrain/sweep/summary.h"
#include "nanobrain/sweep/worker.h"

namespace nanobrain {

namespace {

/// Every cell that may run: of a halving search those of the first rung.
std::vector<Cell> first_cells(
    const SweepConfig& sweep, const std::vector<Cell>& cells) {
  if (sweep.search.kind != SearchKind::kHalving) return cells;
  return cells_of_rung(cells, sweep.search, 0);
}

JobPlan plan_jobs(const SweepRequest& request, const Cell& cell) {
  if (request.jobs > 0) {
    return share_processors(request.jobs, request.threads);
  }
  require<UsageError>(
      request.threads == 0,
      "--threads",
      "needs --jobs: without it both are measured");
  return fastest_plan(cell, request.program);
}

/// Every cell that will run, of each rung; which of them continue from rung to
/// rung cannot be known, how many can.
std::vector<Cell> planned_cells(
    const SweepConfig& sweep, const std::vector<Cell>& cells) {
  if (sweep.search.kind != SearchKind::kHalving) return cells;
  std::vector<Cell> planned;
  std::vector<Cell> rest = cells;
  for (int64_t rung = 0; rung < sweep.search.rungs; ++rung) {
    const auto at_rung = cells_of_rung(rest, sweep.search, rung);
    planned.insert(planned.end(), at_rung.begin(), at_rung.end());
    rest = survivors(rest, sweep.search, rung, [](const Cell&) { return 0.0; });
  }
  return planned;
}

/// Before anything is made: files that every run would look for in vain.
void require_inputs(const SweepConfig& sweep, const std::vector<Cell>& cells) {
  for (const Cell& cell : cells) {
    if (cell.tokenizer) continue;
    require_input("set.data.tokenizer", cell.config.data.tokenizer);
    require_input("set.data.train", cell.config.data.train);
    require_input("set.data.val", cell.config.data.val);
  }
  for (const fs::path& path : sweep.text.train) {
    require_input("text.train", path);
  }
  for (const fs::path& path : sweep.text.val) require_input("text.val", path);
}

/// What a cell trains in so many minutes at its speed.
int64_t steps_in(double minutes, const Cell& cell, const RunTools& tools) {
  const double per_step = static_cast<double>(cell.config.tokens_per_step());
  const double steps = 60 * minutes * measure_speed(cell, tools) / per_step;
  return std::llround(std::clamp(steps, 1.0, 1e15));
}

/// A budget of minutes as steps, at the speed of each cell.
void set_steps_by_minutes(
    const SweepFolder& folder,
    double minutes,
    const RunTools& tools,
    std::vector<Cell>& cells) {
  // Once for all workers, which have to agree.
  const Claim claim = Claim::wait(folder.root / "minutes.lock");
  for (Cell& cell : cells) {
    int64_t& steps = cell.config.train.steps;
    if (const auto known = read_cell_steps(folder, cell.id)) {
      steps = *known;
      continue;
    }
    steps = steps_in(minutes, cell, tools);
    write_cell(folder, cell);
  }
}

double total_flops(const SweepConfig& sweep, const std::vector<Cell>& cells) {
  double flops = 0;
  for (const Cell& cell : planned_cells(sweep, cells)) {
    flops += training_flops(cell.config);
  }
  return flops * static_cast<double>(run_seeds(sweep).size());
}

/// Training alone, all cells at the FLOP/s of one of middling cost.
double estimate_seconds(
    double flops,
    std::vector<Cell> cells,
    const JobPlan& plan,
    const fs::path& program) {
  const auto middle = cells.begin() + static_cast<int64_t>(cells.size() / 2);
  std::ranges::nth_element(cells, middle, {}, [](const Cell& cell) {
    return training_flops(cell.config);
  });
  const double speed =
      measure_speed(*middle, {program, plan.threads, plan.cpus.front()});
  const double tokens = static_cast<double>(
      middle->config.tokens_per_step() * middle->config.train.steps);
  const double flops_per_s = training_flops(middle->config) / tokens * speed;
  return flops / flops_per_s / static_cast<double>(plan.jobs());
}

Table plan_table(const Json& cells) {
  Table table{
      .columns = {
          word_column("id", "cell"),
          {.key = "parameters", .title = "parameters", .format = kCount},
          {.key = "int8_bytes", .title = "int8 bytes", .format = kCount},
          {.key = "steps", .title = "steps", .format = kCount},
          {.key = "tokens", .title = "tokens", .format = kCount},
          {.key = "train_flops", .title = "FLOPs", .format = "{:.3g}"}}};
  for (const Json& cell : cells) {
    TableRow& row = table.rows.emplace_back();
    for (const Column& column : table.columns) {
      row.emplace_back(cell[column.key]);
    }
  }
  return table;
}

/// Of the cells that are compared: of a halving search the last rung's, of
/// which only the number is known.
std::vector<Detectable> detectable(
    const SweepConfig& sweep, const std::vector<Cell>& cells, double sd) {
  const bool halving = sweep.search.kind == SearchKind::kHalving;
  std::vector<Json> overrides;
  for (const Cell& cell : planned_cells(sweep, cells)) {
    if (halving && rung_of(cell.order) < sweep.search.rungs - 1) continue;
    overrides.push_back(
        halving ? Json{{"cell", overrides.size()}} : cell.overrides);
  }
  return detectable_differences(overrides, std::ssize(run_seeds(sweep)), sd);
}

std::string describe_power(
    const std::vector<Detectable>& differences, double sd) {
  if (differences.empty()) {
    return "this design shows no difference, however large: it takes two cells "
           "and two seeds\n";
  }
  return fmt::format(
      "found with 80 % power (bits per byte, two-sided, 5 %) where runs of a "
      "cell have\nthe standard deviation {:.4g}{}:\n{}",
      sd,
      sd == kAblationSd
          ? " (of ablations/records/2026-11-23-depth-ffn-standin; --sd)"
          : "",
      detectable_table(differences).text());
}

SweepResult dry_run(
    const SweepRequest& request,
    const SweepConfig& sweep,
    std::vector<Cell> cells) {
  const JobPlan plan = plan_jobs(request, cells.front());
  if (const auto minutes = sweep.budget.minutes) {
    const RunTools tools{request.program, plan.threads, plan.cpus.front()};
    for (Cell& cell : cells) {
      cell.config.train.steps = steps_in(*minutes, cell, tools);
    }
  }
  Json list = Json::array();
  for (const Cell& cell : first_cells(sweep, cells)) {
    list.push_back({{"id", cell.id}});
    list.back().update(cell_arithmetic(cell.config));
  }
  const Table table = plan_table(list);
  const double flops = total_flops(sweep, cells);
  const double seconds = estimate_seconds(flops, cells, plan, request.program);
  const auto differences = detectable(sweep, cells, request.sd);
  return {
      .json =
          {{"cells", list},
           {"seeds", sweep.seeds},
           {"data_seeds", sweep.data_seeds},
           {"jobs", plan.jobs()},
           {"threads", plan.threads},
           {"train_flops", flops},
           {"seconds", seconds},
           {"sd", request.sd},
           {"detectable", detectable_table(differences).json()}},
      .table = table,
      .text = fmt::format(
          "{}\n{} cells x {} runs, {:.3g} FLOPs of training in all\n"
          "{} at once on {} threads each: about {} of training, estimated from "
          "a few steps of one cell\n{}",
          table.text(),
          list.size(),
          run_seeds(sweep).size(),
          flops,
          plan.jobs(),
          plan.threads,
          format_duration(seconds),
          describe_power(differences, request.sd))};
}

/// Written again as each run ends, by whichever worker ends it.
SweepSummary write_tables(const SweepFolder& folder) {
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
  const std::string output = folder.root.string();
  SweepResult result{
      .json =
          {{"cells", summary.cells.size()},
           {"done", done},
           {"failed", failed},
           {"waiting", waiting},
           {"front", front},
           {"jobs", plan.jobs()},
           {"threads", plan.threads},
           {"output", output}},
      .table = cells_table(summary),
      .text = fmt::format(
          "{} cells: {} runs done, {} failed, {} waiting\n{}"
          "on the front of bits per byte against parameters:{}\n{}"
          "tables: {}/cells.csv, summary.csv; nanobrain report {} shows them\n",
          summary.cells.size(),
          done,
          failed,
          waiting,
          failed == 0 ? "" : "--retry-failed tries the failed ones again\n",
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

/// Runs what a folder holds, or submits it.
SweepResult run_folder(const SweepRequest& request, const SweepFolder& folder) {
  const SweepConfig sweep = read_sweep_folder(folder);
  auto cells = make_cells(sweep);
  if (request.dry_run) return dry_run(request, sweep, cells);

  if (request.retry_failed) {
    forget_failures(folder, sweep, first_cells(sweep, cells));
  }
  if (request.launcher == "slurm") return submit(request, folder, sweep, cells);

  const JobPlan plan = plan_jobs(request, cells.front());
  if (sweep.budget.minutes) {
    set_steps_by_minutes(
        folder,
        *sweep.budget.minutes,
        {request.program, plan.threads, plan.cpus.front()},
        cells);
  }
  for (const Cell& cell : first_cells(sweep, cells)) write_cell(folder, cell);
  std::optional<LiveView> view(
      std::in_place,
      folder,
      static_cast<int64_t>(
          planned_cells(sweep, cells).size() * run_seeds(sweep).size()),
      summarize_sweep(folder).count("done"));
  std::mutex tables;
  parallel_for(plan.jobs(), plan.jobs(), [&](int64_t job) {
    const RunTools tools{
        request.program, plan.threads, plan.cpus[static_cast<size_t>(job)]};
    run_worker(
        folder,
        sweep,
        cells,
        tools,
        [&](const Cell& cell, const RunSeed& seed, const RunStatus& status) {
          view->update(cell, seed, status);
          if (status.state == "running") return;
          const std::lock_guard lock(tables);
          write_tables(folder);
        });
  });
  view.reset();
  close_sweep(folder, {request.program, plan.threads * plan.jobs()});
  return result_of(folder, write_tables(folder), plan);
}

SweepResult confirm(const SweepRequest& request, const SweepFolder& folder) {
  if (request.dry_run) {
    const SweepConfig sweep = plan_confirmation(folder, request.confirm);
    return dry_run(request, sweep, make_cells(sweep));
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
    require_inputs(sweep, cells);
    if (request.confirm > 0) {
      require(
          fs::exists(folder.config()),
          folder.root.string(),
          "holds no sweep: run it before --confirm");
    } else if (request.dry_run) {
      return dry_run(request, sweep, cells);
    }
    open_sweep_folder(folder, sweep);
  }
  return request.confirm > 0 ? confirm(request, folder)
                             : run_folder(request, folder);
}

} // namespace nanobrain
