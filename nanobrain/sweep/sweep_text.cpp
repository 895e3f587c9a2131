#include "nanobrain/sweep/sweep_text.h"

#include <fmt/format.h>

#include "nanobrain/base/progress.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

namespace {

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

std::string describe_runs(const Json& result) {
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

std::string describe_sweep(const SweepRequest& request, const Json& result) {
  if (request.dry_run) return describe_plan(result);
  if (request.launcher == "slurm") return describe_job(result);
  return describe_runs(result);
}

Table sweep_table(const SweepRequest& request, const Json& result) {
  if (request.dry_run) return plan_table(result);
  return cells_table(summarize_sweep({result["output"].get<std::string>()}));
}

} // namespace nanobrain
