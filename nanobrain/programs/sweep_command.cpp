// nanobrain sweep: a grid of training runs, from its YAML to its summary.
#include "nanobrain/base/fields.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/programs/table_output.h"
#include "nanobrain/sweep/config.h"
#include "nanobrain/sweep/sweep.h"

namespace nanobrain {

void add_sweep(CLI::App& program) {
  CLI::App* sub = program.add_subcommand("sweep", "a grid of training runs");
  auto request = std::make_shared<SweepRequest>();
  const TableOutput output(*sub, /*own_output=*/true);
  const AddFlag flag(*sub);
  flag(
      "config",
      request->config,
      "YAML of the sweep; none: resume that of --output");
  flag("--output", request->output, "sweep folder")->required();
  add_overrides(*sub, request->overrides);
  sub->add_option_function<std::string>(
      "--budget",
      [request](const std::string& budget) {
        request->overrides.push_back(budget_override(budget));
      },
      "budget of every cell: steps=N, tokens=N, flops=X or minutes=X");
  const CLI::Range sane(0, 1'000'000);
  flag(
      "--jobs",
      request->jobs,
      "runs at once; 0: measure, and say (slurm: workers; 0: one a run)")
      ->check(sane);
  flag(
      "--threads",
      request->threads,
      "threads of each run; 0: the processors shared out (slurm: 1)")
      ->check(sane);
  flag(
      "--launcher",
      request->launcher,
      "local: this machine; slurm: submit an array job whose tasks take "
      "runs from the folder")
      ->check(CLI::IsMember({"local", "slurm"}));
  flag(
      "--sbatch",
      request->sbatch,
      "further option of Slurm's sbatch, as in --sbatch=--partition=long");
  flag(
      "--dry-run",
      request->dry_run,
      "only say what would run, and what differences it can show");
  flag(
      "--sd",
      request->sd,
      "for --dry-run: standard deviation of runs of one cell in bits per byte; "
      "left out: that of the committed depth and FFN ablation")
      ->check(CLI::PositiveNumber);
  flag(
      "--confirm",
      request->confirm,
      "after the sweep: run its best cells and its reference again on so many "
      "fresh seeds, and report those alone")
      ->check(CLI::Range(0, 1'000));
  flag("--retry-failed", request->retry_failed, "begin those again");
  flag(
      "--allow-mixed",
      request->allow_mixed,
      "go on though data, commit or arithmetic differ; the tables say so");
  sub->footer(
      "Keys of the YAML and their defaults:\n" +
      describe_fields(SweepConfig{}));
  sub->callback([request, output] {
    output.check({{"config", {request->config}}});
    const SweepResult result = run_sweep(*request);
    output.write({result.table}, result.json, result.text);
  });
}

} // namespace nanobrain
