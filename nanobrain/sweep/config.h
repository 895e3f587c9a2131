// The YAML of a sweep: a run's config, what is varied over it, and for how
// long.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/limits.h"

namespace nanobrain {

/// How long every cell trains; exactly one is given.
struct BudgetConfig {
  std::optional<int64_t> steps;
  std::optional<int64_t> tokens;
  std::optional<double> flops;
  std::optional<double> minutes;

  template <class Visitor>
  void visit(Visitor&& field) {
    field("steps", steps, "optimizer steps", positive());
    field("tokens", tokens, "of training, in whole steps", positive());
    field("flops", flops, "of training, in whole steps", positive());
    field("minutes", minutes, "of training, as measured", positive());
  }
};

struct SearchConfig {
  std::string kind = "grid";
  int64_t samples = 0;
  int64_t seed = 1;
  int64_t rungs = 3;
  double fraction = 0.5;

  template <class Visitor>
  void visit(Visitor&& field) {
    field(
        "kind",
        kind,
        "grid: every cell; random: `samples` of them; halving: every cell (or "
        "`samples`) at a small budget, the best again at a larger one",
        one_of({"grid", "random", "halving"}));
    field("samples", samples, "cells that are drawn; 0: all", at_least(0));
    field("seed", seed, "of the draw");
    field("rungs", rungs, "halving: how many budgets", from_to(2, 20));
    field(
        "fraction",
        fraction,
        "halving: share of the cells that goes on, and "
        "of a budget that the one before it is",
        between(0, 1));
  }
};

/// What tokenizers are trained on and prepare their tokens from, where the grid
/// varies the tokenizer.
struct SweepText {
  std::vector<std::filesystem::path> train;
  std::vector<std::filesystem::path> val;

  template <class Visitor>
  void visit(Visitor&& field) {
    field("train", train, "text to train on: files or folders");
    field("val", val, "text to evaluate on, always whole");
  }
};

/// Of a finished run's models.
struct TimingConfig {
  std::optional<int64_t> repetitions;

  template <class Visitor>
  void visit(Visitor&& field) {
    field(
        "repetitions",
        repetitions,
        "timed forwards of each run; null: those of a second, 5 at least",
        at_least(1));
  }
};

struct SweepConfig {
  std::filesystem::path base;
  Json set = Json::object();
  Json grid = Json::object();
  std::vector<int64_t> seeds = {1, 2, 3};
  BudgetConfig budget;
  SearchConfig search;
  SweepText text;
  TimingConfig timing;
  int64_t retries = 0;

  template <class Visitor>
  void visit(Visitor&& field) {
    field("base", base, "YAML of a training run");
    field("set", set, "keys of the run that every cell shares");
    field("grid", grid, "a list of values for each key that varies");
    field("seeds", seeds, "of weights and order of data", at_least(0));
    field("budget", budget, "one of steps, tokens, flops and minutes");
    field("search", search, "which cells of the grid run");
    field("text", text, "where the grid varies the tokenizer");
    field("timing", timing, "of the forward pass");
    field("retries", retries, "times that a run may fail", at_least(0));
  }
};

/// UsageError where it names no base, seeds, budget or grid that can be run.
void check_sweep(const SweepConfig& sweep);

/// What --budget says ("steps=300") as an override of the whole budget.
/// UsageError where it is not KIND=AMOUNT.
std::string budget_override(std::string_view budget);

/// Reads a sweep's YAML and then overrides ("budget.steps=20"). Relative paths
/// are relative to the file, those of overrides to the working directory; all
/// come back absolute. `set` comes back flat ("train.batch_size"). UsageError
/// that names the key at fault.
SweepConfig read_sweep_config(
    const std::filesystem::path& path,
    const std::vector<std::string>& overrides = {});

} // namespace nanobrain
