#include "nanobrain/sweep/sweep.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/sweep/cell.h"
#include "nanobrain/sweep/live_view.h"
#include "nanobrain/sweep/slurm.h"
#include "nanobrain/sweep/speed.h"
#include "nanobrain/sweep/summary.h"
#include "nanobrain/sweep/worker.h"

namespace nanobrain {

namespace {

/// Every cell that may run: of a halving search those of the first rung.
std::vector<Cell> first_cells(
    const SweepConfig& sweep, const std::vector<Cell>& cells) {
  if (sweep.search.kind != "halving") return cells;
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
  if (sweep.search.kind != "halving") return cells;
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
  return flops * static_cast<double>(sweep.seeds.size());
}

/// Training alone, all cells at the FLOP/s of one of middling cost.
double estimate_seconds(
    const SweepConfig& sweep,
    std::vector<Cell> cells,
    const JobPlan& plan,
    const fs::path& program) {
  const double flops = total_flops(sweep, cells);
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

Json describe_cells(const std::vector<Cell>& cells) {
  Json list = Json::array();
  for (const Cell& cell : cells) {
    list.push_back({{"id", cell.id}});
    list.back().update(cell_arithmetic(cell.config));
  }
  return list;
}

Json dry_run(
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
  return {
      {"cells", describe_cells(first_cells(sweep, cells))},
      {"seeds", sweep.seeds},
      {"jobs", plan.jobs()},
      {"threads", plan.threads},
      {"train_flops", total_flops(sweep, cells)},
      {"seconds", estimate_seconds(sweep, cells, plan, request.program)}};
}

/// Written again as each run ends, by whichever worker ends it.
void write_tables(const SweepFolder& folder) {
  const SweepSummary summary = summarize_sweep(folder);
  write_file(folder.root / "summary.csv", runs_table(summary).csv());
  write_file(folder.root / "cells.csv", cells_table(summary).csv());
}

Json result_of(const SweepFolder& folder, const JobPlan& plan) {
  const SweepSummary summary = summarize_sweep(folder);
  Json front = Json::array();
  for (const CellSummary& cell : summary.cells) {
    if (cell.f32 && cell.f32->front.at("parameters") != OnFront::kOff) {
      front.push_back(cell.id);
    }
  }
  const auto runs =
      static_cast<int64_t>(summary.cells.size() * summary.config.seeds.size());
  const int64_t done = summary.count("done");
  const int64_t failed = summary.count("failed");
  return {
      {"cells", summary.cells.size()},
      {"done", done},
      {"failed", failed},
      {"waiting", runs - done - failed},
      {"front", front},
      {"jobs", plan.jobs()},
      {"threads", plan.threads},
      {"output", folder.root.string()}};
}

/// Workers on a cluster's nodes, each of which calls run_sweep().
Json submit(
    const SweepRequest& request,
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const std::vector<Cell>& cells) {
  const auto runs = static_cast<int64_t>(cells.size() * sweep.seeds.size());
  const SlurmRequest array{
      .tasks = request.jobs == 0 ? runs : request.jobs,
      .threads = std::max<int64_t>(1, request.threads),
      .sbatch = request.sbatch,
      .program = fs::canonical(request.program)};
  return {
      {"job", submit_slurm_job(folder, array)},
      {"tasks", array.tasks},
      {"threads", array.threads},
      {"output", folder.root.string()}};
}

Table plan_table(const Json& plan) {
  Table table{
      .columns = {
          word_column("id", "cell"),
          {.key = "parameters", .title = "parameters", .format = kCount},
          {.key = "int8_bytes", .title = "int8 bytes", .format = kCount},
          {.key = "steps", .title = "steps", .format = kCount},
          {.key = "tokens", .title = "tokens", .format = kCount},
          {.key = "train_flops", .title = "FLOPs", .format = "{:.3g}"}}};
  for (const Json& cell : plan["cells"]) {
    TableRow& row = table.rows.emplace_back();
    for (const Column& column : table.columns) {
      row.emplace_back(cell[column.key]);
    }
  }
  return table;
}

std::string describe_plan(const Json& plan) {
  return fmt::format(
      "{}\n{} cells x {} seeds, {:.3g} FLOPs of training in all\n"
      "{} at once on {} threads each: about {} of training, estimated from a "
      "few steps of one cell\n",
      plan_table(plan).text(),
      plan["cells"].size(),
      plan["seeds"].size(),
      plan["train_flops"].get<double>(),
      plan["jobs"].get<int64_t>(),
      plan["threads"].get<int64_t>(),
      format_duration(plan["seconds"].get<double>()));
}

std::string describe_job(const Json& job) {
  const auto id = job["job"].get<std::string>();
  return fmt::format(
      "Slurm job {}: {} workers of {} processors each\n"
      "squeue --jobs {} shows them, scancel {} stops them; logs: {}/slurm/\n",
      id,
      job["tasks"].get<int64_t>(),
      job["threads"].get<int64_t>(),
      id,
      id,
      job["output"].get<std::string>());
}

std::string describe_results(const Json& result) {
  std::string front;
  for (const Json& id : result["front"]) {
    front += "\n  " + id.get<std::string>();
  }
  const auto output = result["output"].get<std::string>();
  return fmt::format(
      "{} cells: {} runs done, {} failed, {} waiting\n{}"
      "on the front of bits per byte against parameters:{}\n"
      "tables: {}/cells.csv, summary.csv; nanobrain report {} shows them\n",
      result["cells"].get<int64_t>(),
      result["done"].get<int64_t>(),
      result["failed"].get<int64_t>(),
      result["waiting"].get<int64_t>(),
      result["failed"] == 0 ? ""
                            : "--retry-failed tries the failed ones again\n",
      front.empty() ? " none" : front,
      output,
      output);
}

} // namespace

Json run_sweep(const SweepRequest& request) {
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
    if (request.dry_run) return dry_run(request, sweep, cells);
    open_sweep_folder(folder, sweep);
  }
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
  const SweepSummary before = summarize_sweep(folder);
  LiveView view(
      folder,
      static_cast<int64_t>(
          planned_cells(sweep, cells).size() * sweep.seeds.size()),
      before.count("done"));
  std::mutex tables;
  parallel_for(plan.jobs(), plan.jobs(), [&](int64_t job) {
    const RunTools tools{
        request.program, plan.threads, plan.cpus[static_cast<size_t>(job)]};
    run_worker(
        folder,
        sweep,
        cells,
        tools,
        [&](const Cell& cell, int64_t seed, const RunStatus& status) {
          view.update(cell, seed, status);
          if (status.state == "running") return;
          const std::lock_guard lock(tables);
          write_tables(folder);
        });
  });
  write_tables(folder);
  return result_of(folder, plan);
}

std::string describe_sweep(const SweepRequest& request, const Json& result) {
  if (request.dry_run) return describe_plan(result);
  if (request.launcher == "slurm") return describe_job(result);
  return describe_results(result);
}

Table sweep_table(const SweepRequest& request, const Json& result) {
  if (request.dry_run) return plan_table(result);
  return cells_table(summarize_sweep({result["output"].get<std::string>()}));
}

} // namespace nanobrain
