#include "nanobrain/sweep/budget.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/host.h"
#include "nanobrain/base/message.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/base/sample.h"
#include "nanobrain/sweep/claim.h"
#include "nanobrain/sweep/halving.h"

namespace nanobrain {

namespace {

constexpr int64_t kLeastWarmups = 3;
constexpr int64_t kMostSteps = 1'000'000'000; // of train.steps
constexpr double kMeasuredSeconds = 3;

/// That the rate has fallen at the last of so many steps.
bool decays(const ScheduleConfig& schedule, int64_t steps) {
  if (schedule.final_fraction == 1) return false;
  if (schedule.kind == ScheduleKind::kWsd) {
    return std::llround(schedule.decay_fraction * static_cast<double>(steps)) >
           0;
  }
  return schedule.kind != ScheduleKind::kConstant;
}

double warmup_share(const Cell& cell) {
  return static_cast<double>(cell.config.schedule.warmup_steps) /
         static_cast<double>(cell.config.train.steps);
}

/// A budget of the kind that is given, of so many steps of a cell.
std::string budget_of(
    const BudgetConfig& given, RunConfig config, int64_t steps) {
  const auto more =
      static_cast<double>(steps) / static_cast<double>(config.train.steps);
  config.train.steps = steps;
  if (given.minutes) {
    // A little more: the next measurement is another.
    return fmt::format("minutes={:.3g}", 1.05 * more * *given.minutes);
  }
  if (given.flops) return fmt::format("flops={:.6g}", training_flops(config));
  if (given.tokens) {
    return fmt::format("tokens={}", config.train.tokens_of(steps));
  }
  return fmt::format("steps={}", steps);
}

/// That the warm-ups of batch and context end within the steps of `config`.
void require_whole_steps(const Cell& cell, const RunConfig& config) {
  try {
    config.validate();
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("[cell {}] {}", cell.id, error.what()));
  }
}

void require_rungs(const SweepConfig& sweep, const std::vector<Cell>& cells) {
  const auto steps_at = [&](const Cell& cell, int64_t rung) {
    const RunConfig config =
        cells_of_rung({cell}, sweep.search, rung).front().config;
    require_whole_steps(cell, config);
    return config.train.steps;
  };
  for (const Cell& cell : cells) {
    int64_t before = 0;
    for (int64_t rung = 0; rung < sweep.search.rungs; ++rung) {
      const int64_t steps = steps_at(cell, rung);
      require<UsageError>(
          steps > before && decays(cell.config.schedule, steps),
          "cell " + cell.id,
          "of {} steps has a rung of {}, {}; give more steps or fewer rungs",
          cell.config.train.steps,
          steps,
          steps > before ? "too few for its rate to decay"
                         : "as the one before it");
      before = steps;
    }
  }
}

/// What decides how long a step takes.
std::string work_of(const RunConfig& config) {
  const Json all = write_fields(config);
  Json work = {all["model"], all["optimizer"]["kind"]};
  for (const auto& [name, group] : config.optimizer.groups) {
    work.push_back({name, group.kind});
  }
  for (const char* key :
       {"batch_size", "seq_len", "grad_accum_steps", "precision", "device"}) {
    work.push_back(all["train"][key]);
  }
  return work.dump();
}

/// Error with the file where it has none.
Json steps_in(const Json& cell, const fs::path& path) {
  const Json steps = cell.is_object() ? cell.value("steps", Json()) : Json();
  require(
      steps.is_number_integer() && steps > 0,
      path.string(),
      "is damaged: a cell has no steps; restore it, or start the sweep in "
      "another folder");
  return steps;
}

} // namespace

void require_decay(const SweepConfig& sweep, const std::vector<Cell>& cells) {
  if (sweep.search.kind != SearchKind::kHalving) return;
  for (const Cell& cell : cells) {
    require<UsageError>(
        decays(cell.config.schedule, kMostSteps),
        "cell " + cell.id,
        "has a learning rate that never falls, and halving would rank it by "
        "what it has before the fall; make schedule.kind cosine or wsd with a "
        "decay, or search.kind grid");
  }
}

void require_steps(const SweepConfig& sweep, const std::vector<Cell>& cells) {
  const Cell& worst = *std::ranges::max_element(cells, {}, warmup_share);
  const int64_t steps = worst.config.train.steps;
  const int64_t warmup = worst.config.schedule.warmup_steps;
  require<UsageError>(
      steps >= kLeastWarmups * warmup,
      "cell " + worst.id,
      "has a budget of {} steps, under three times its warm-up of {}; give it "
      "--budget {} or more, or {} {}",
      steps,
      warmup,
      budget_of(sweep.budget, worst.config, kLeastWarmups * warmup),
      worst.overrides.contains("schedule.warmup_steps")
          ? "no schedule.warmup_steps in the grid over"
          : "--set set.schedule.warmup_steps=N of at most",
      steps / kLeastWarmups);
  for (const Cell& cell : cells) require_whole_steps(cell, cell.config);
  if (sweep.search.kind == SearchKind::kHalving) require_rungs(sweep, cells);
}

Json measure_minutes(
    double minutes,
    const std::vector<Cell>& cells,
    const JobPlan& plan,
    const fs::path& program) {
  std::map<std::string, double> speeds; // by work
  Json measured = Json::object();
  for (const Cell& cell : cells) {
    auto [it, missing] = speeds.try_emplace(work_of(cell.config), 0.0);
    double& speed = it->second;
    if (missing) {
      speed = median(measure_speeds(cell, plan, program, kMeasuredSeconds));
      print_message(
          "{}: {} tokens/s, {} jobs at once",
          cell.id,
          format_count(static_cast<int64_t>(speed)),
          plan.jobs());
    }
    const double steps = steps_for_tokens(cell.config, 60 * minutes * speed);
    measured[cell.id] = {
        {"tokens_per_s", speed},
        {"steps",
         std::llround(
             std::clamp(steps, 1.0, static_cast<double>(kMostSteps)))}};
  }
  return {
      {"minutes", minutes},
      {"jobs", plan.jobs()},
      {"threads", plan.threads},
      {"host", host_facts()["hostname"]},
      {"cells", measured}};
}

Json read_minutes(const SweepFolder& folder, const std::vector<Cell>& cells) {
  if (fs::exists(folder.minutes())) {
    Json measured = read_json(folder.minutes());
    const Json known =
        measured.is_object() ? measured.value("cells", Json()) : Json();
    require(
        known.is_object(),
        folder.minutes().string(),
        "is damaged: it has no cells; restore it, or start the sweep in "
        "another folder");
    for (const Cell& cell : cells) {
      if (!known.contains(cell.id)) return nullptr;
      steps_in(known[cell.id], folder.minutes());
    }
    return measured;
  }
  // A cell.json has the steps, too: those of a rung are under another id.
  Json known = Json::object();
  for (const Cell& cell : cells) {
    const fs::path facts = folder.cell(cell.id) / "cell.json";
    if (!fs::exists(facts)) return nullptr;
    known[cell.id] = {{"steps", steps_in(read_json(facts), facts)}};
  }
  return {{"cells", known}};
}

void write_minutes(const SweepFolder& folder, const Json& measured) {
  write_json(folder.minutes(), measured);
}

void set_steps(const Json& measured, std::vector<Cell>& cells) {
  for (Cell& cell : cells) {
    cell.config.train.steps = measured.at("cells").at(cell.id).at("steps");
  }
}

void set_steps_by_minutes(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const JobPlan& plan,
    const fs::path& program,
    std::vector<Cell>& cells) {
  const Claim claim = Claim::wait(folder.root / "minutes.lock");
  Json measured = read_minutes(folder, cells);
  if (!measured.is_null()) return set_steps(measured, cells);
  require(
      !fs::exists(folder.cells()),
      folder.minutes().string(),
      "lacks the steps with which cells of the sweep have begun, and new ones "
      "would differ; restore it, or start the sweep in another folder");
  measured = measure_minutes(*sweep.budget.minutes, cells, plan, program);
  set_steps(measured, cells);
  try {
    require_steps(sweep, cells);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format(
        "{}; name another folder or remove {}",
        error.what(),
        folder.root.string()));
  }
  write_minutes(folder, measured);
}

} // namespace nanobrain
