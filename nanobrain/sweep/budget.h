// Budgets that suit their schedules, and budgets of minutes as steps.
#pragma once

#include <filesystem>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/sweep/folder.h"
#include "nanobrain/sweep/speed.h"

namespace nanobrain {

/// UsageError where halving would rank a cell whose learning rate never falls.
void require_decay(const SweepConfig& sweep, const std::vector<Cell>& cells);

/// UsageError where a cell's steps are under three warm-ups of its schedule,
/// with the nearest budget and warm-up that are not; where two rungs of a
/// halving search have the same steps, or one too few for its decay.
void require_steps(const SweepConfig& sweep, const std::vector<Cell>& cells);

/// What a budget of minutes comes to, as minutes.json has it: minutes, jobs,
/// threads, host and, under the id of each of the cells, tokens_per_s and
/// steps. All jobs of the plan train a cell at once, and the median over them
/// counts (under Slurm the plan of a worker has one job, which is measured
/// alone); cells that differ in nothing that takes time are measured once.
Json measure_minutes(
    double minutes,
    const std::vector<Cell>& cells,
    const JobPlan& plan,
    const std::filesystem::path& program);

/// minutes.json, or the steps of each cell.json; null where the folder has none
/// of all these cells. Error if a file has no steps.
Json read_minutes(const SweepFolder& folder, const std::vector<Cell>& cells);
void write_minutes(const SweepFolder& folder, const Json& measured);

/// Gives the cells the steps that were measured.
void set_steps(const Json& measured, std::vector<Cell>& cells);

/// The same, measured once for all workers and later starts: by the first that
/// comes. UsageError as by require_steps(); Error where cells of the folder
/// have begun with steps that it has no more.
void set_steps_by_minutes(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const JobPlan& plan,
    const std::filesystem::path& program,
    std::vector<Cell>& cells);

} // namespace nanobrain
