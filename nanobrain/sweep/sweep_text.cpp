#include "nanobrain/sweep/sweep_text.h"

#include <fmt/format.h>

#include "nanobrain/base/progress.h"
#include "nanobrain/base/table.h"

namespace nanobrain {

namespace {

std::string describe_plan(const Json& plan) {
  std::vector<std::vector<std::string>> rows = {
      {"cell", "parameters", "int8 bytes", "steps", "tokens", "FLOPs"}};
  for (const Json& cell : plan["cells"]) {
    rows.push_back(
        {cell["id"],
         format_count(cell["parameters"]),
         format_count(cell["int8_bytes"]),
         format_count(cell["steps"]),
         format_count(cell["tokens"]),
         fmt::format("{:.3g}", cell["train_flops"].get<double>())});
  }
  return fmt::format(
      "{}\n{} cells x {} seeds, {:.3g} FLOPs of training in all\n"
      "{} at once on {} threads each: about {} of training, estimated from a "
      "few steps of one cell\n",
      align_columns(rows),
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

} // namespace nanobrain
