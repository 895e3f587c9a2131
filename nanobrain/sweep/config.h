// The YAML of a sweep: a run's config, what is varied over it, and for how
// long.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/limits.h"
#include "nanobrain/sweep/run_seed.h"

namespace nanobrain {

/// How long every cell trains; exactly one is given.
struct BudgetConfig {
  std::optional<int64_t> steps;
  std::optional<int64_t> tokens;
  std::optional<double> flops;
  std::optional<double> minutes;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(steps, "optimizer steps", positive());
    FIELD(tokens, "of training, in whole steps", positive());
    FIELD(flops, "of training, in whole steps", positive());
    FIELD(minutes, "of training, as measured", positive());
  }
};

enum class SearchKind { kGrid, kRandom, kHalving };
constexpr auto words(SearchKind) {
  return std::array{"grid", "random", "halving"};
}

struct SearchConfig {
  SearchKind kind = SearchKind::kGrid;
  int64_t samples = 0;
  int64_t seed = 1;
  int64_t rungs = 3;
  double fraction = 0.5;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(
        kind,
        "grid: every cell; random: `samples` of them; halving: every cell (or "
        "`samples`) at a small budget, the best again at a larger one");
    FIELD(samples, "cells that are drawn; 0: all", at_least(0));
    FIELD(seed, "seed of the draw");
    FIELD(rungs, "halving: how many budgets", from_to(2, 20));
    FIELD(
        fraction,
        "halving: share of the cells that continues, and "
        "of a budget that the one before it is",
        between(0, 1));
  }
};

/// What tokenizers are trained on and prepare their tokens from, where the grid
/// varies the tokenizer.
struct SweepText {
  std::vector<fs::path> train;
  std::vector<fs::path> val;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(train, "text to train on: files or folders");
    FIELD(val, "text to evaluate on, always whole");
  }
};

/// Of a finished run's models.
struct TimingConfig {
  std::optional<int64_t> repetitions;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(
        repetitions,
        "timed forwards of each run; null: those of a second, 5 at least",
        at_least(1));
  }
};

struct SweepConfig {
  fs::path base;
  Json set = Json::object();
  Json grid = Json::object();
  Json variants = Json::object();
  std::vector<int64_t> seeds = {1, 2, 3};
  std::vector<int64_t> data_seeds = {};
  BudgetConfig budget;
  SearchConfig search;
  SweepText text;
  TimingConfig timing;
  std::optional<double> target;
  Json measure = Json::object();
  int64_t retries = 0;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(base, "YAML of a training run");
    FIELD(set, "keys of the run that every cell shares");
    FIELD(grid, "a list of values for each key that varies");
    FIELD(variants, "the keys that each value of the axis `variant` sets");
    FIELD(
        seeds,
        "of weights and, without data_seeds, order of data",
        at_least(0));
    FIELD(
        data_seeds,
        "of the order of data: each with each of `seeds`; none: as the seed",
        at_least(0));
    FIELD(budget, "one of steps, tokens, flops and minutes");
    FIELD(search, "which cells of the grid run");
    FIELD(text, "where the grid varies the tokenizer");
    FIELD(timing, "of the forward pass");
    FIELD(
        target,
        "bits per byte on val; tables have the steps to it",
        positive());
    FIELD(
        measure,
        "named token files that the chosen cells are evaluated on at the end");
    FIELD(retries, "times that a run may fail", at_least(0));
  }
};

/// The axis whose values are names of `variants`.
inline constexpr const char* kVariant = "variant";

/// What a cell's overrides set, that of its variant in the variant's place.
/// UsageError for a name that is none, and for a key that is set twice.
Json keys_set(const SweepConfig& sweep, const Json& overrides);

/// The runs of every cell: each seed with each data seed, or alone.
std::vector<RunSeed> run_seeds(const SweepConfig& sweep);

/// UsageError if it names no base, seeds, budget or grid that can be run.
void check_sweep(const SweepConfig& sweep);

/// What --budget says ("steps=300") as an override of the whole budget.
/// UsageError if it is not KIND=AMOUNT.
std::string budget_override(std::string_view budget);

/// Reads a sweep's YAML and then overrides ("budget.steps=20"). Relative paths
/// are relative to the file, those of overrides to the working directory; all
/// come back absolute. `set` and each of `variants` come back flat
/// ("train.batch_size"); variants that the grid does not name are its first
/// axis. UsageError that names the key at fault.
SweepConfig read_sweep_config(
    const fs::path& path, const std::vector<std::string>& overrides = {});

} // namespace nanobrain
