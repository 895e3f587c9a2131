// nanobrain sweep: a grid of training runs, from its YAML to its summary.
#include <fmt/format.h>

#include "nanobrain/base/fields.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/base/table.h"
#include "nanobrain/cli/command.h"
#include "nanobrain/sweep/config.h"
#include "nanobrain/sweep/sweep.h"

namespace nanobrain {

namespace {

std::string plan_table(const Json& plan) {
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

std::string result_text(const Json& result) {
  std::string front;
  for (const Json& id : result["front"]) {
    front += "\n  " + id.get<std::string>();
  }
  return fmt::format(
      "{} cells: {} runs done, {} failed, {} waiting\n"
      "on the front of bits per byte against parameters:{}\n"
      "tables: {}/cells.csv, summary.csv; nanobrain report {} shows them",
      result["cells"].get<int64_t>(),
      result["done"].get<int64_t>(),
      result["failed"].get<int64_t>(),
      result["waiting"].get<int64_t>(),
      front.empty() ? " none" : front,
      result["output"].get<std::string>(),
      result["output"].get<std::string>());
}

} // namespace

void add_sweep(CLI::App& program) {
  CLI::App* sub = program.add_subcommand("sweep", "a grid of training runs");
  auto request = std::make_shared<SweepRequest>();
  const Output output(*sub);
  sub->add_option(
      "config",
      request->config,
      "YAML of the sweep; none: go on with --output");
  sub->add_option("--output", request->output, "sweep folder")->required();
  add_overrides(*sub, request->overrides);
  sub->add_option("--jobs", request->jobs, "runs at once; 0: measure, and say");
  sub->add_flag("--dry-run", request->dry_run, "only say what would run");
  sub->add_flag("--retry-failed", request->retry_failed, "begin those anew");
  sub->footer(
      "Keys of the YAML and their defaults:\n" +
      describe_fields(SweepConfig{}));
  sub->callback([request, output] {
    const Json result = run_sweep(*request);
    output.text(
        request->dry_run ? plan_table(result) : result_text(result) + "\n");
    output.result(result);
  });
}

} // namespace nanobrain
