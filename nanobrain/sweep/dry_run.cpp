#include "nanobrain/sweep/dry_run.h"

#include <algorithm>
#include <numeric>

#include "nanobrain/base/error.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/sweep/folder.h"
#include "nanobrain/sweep/halving.h"
#include "nanobrain/sweep/power.h"

namespace nanobrain {

namespace {

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
  const auto speeds = measure_speeds(*middle, plan, program);
  const double speed = std::accumulate(speeds.begin(), speeds.end(), 0.0);
  const RunConfig timed = without_warmups(middle->config);
  const auto tokens =
      static_cast<double>(timed.train.tokens_of(timed.train.steps));
  const double flops_per_s = training_flops(timed) / tokens * speed;
  return flops / flops_per_s;
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

/// How fine the curve is that the steps to it are read from.
std::string describe_target(
    const SweepConfig& sweep, const std::vector<Cell>& cells) {
  if (!sweep.target) return "";
  const auto every_of = [](const Cell& cell) {
    return cell.config.train.eval_every;
  };
  const Cell& cell = *std::ranges::max_element(cells, {}, every_of);
  return fmt::format(
      "target {} bits per byte: validated every {} of {} steps, a line "
      "between\n",
      *sweep.target,
      every_of(cell),
      cell.config.train.steps);
}

} // namespace

SweepResult dry_run(
    const SweepRequest& request,
    const SweepConfig& sweep,
    const std::vector<Cell>& cells,
    const JobPlan& plan) {
  require<UsageError>(
      request.sd >= 1e-6 && request.sd <= 10,
      "--sd",
      "must be from 1e-6 to 10 bits per byte, but is {}",
      request.sd);
  Json list = Json::array();
  for (const Cell& cell : first_cells(sweep, cells)) {
    list.push_back({{"id", cell.id}});
    list.back().update(cell_arithmetic(cell.config));
  }
  const Table table = plan_table(list);
  const double flops = total_flops(sweep, cells);
  const double seconds = estimate_seconds(flops, cells, plan, request.program);
  const auto differences = detectable(sweep, cells, request.sd);
  const size_t runs = run_seeds(sweep).size(); // of a cell
  return {
      .json =
          {{"cells", list},
           {"seeds", sweep.seeds},
           {"data_seeds", sweep.data_seeds},
           {"runs", planned_cells(sweep, cells).size() * runs},
           {"jobs", plan.jobs()},
           {"threads", plan.threads},
           {"train_flops", flops},
           {"seconds", seconds},
           {"sd", request.sd},
           {"detectable", detectable_table(differences).json()}},
      .table = table,
      .text = fmt::format(
          "{}\n{} cells x {} runs{}, {:.3g} FLOPs of training in all\n{}"
          "{} at once on {} threads each: about {} of training, estimated from "
          "a few steps of one cell\n{}",
          table.text(),
          list.size(),
          runs,
          sweep.search.kind == SearchKind::kHalving
              ? fmt::format(" in the first of {} rungs", sweep.search.rungs)
              : "",
          flops,
          describe_target(sweep, cells),
          plan.jobs(),
          plan.threads,
          format_duration(seconds),
          describe_power(differences, request.sd))};
}

} // namespace nanobrain
