// What the runs of a sweep were made from and with: data, program, arithmetic,
// machine. A table is of one kind where they are.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/sweep/folder.h"

namespace nanobrain {

struct CellSummary; // summary.h

/// The runs that have to agree on a fact.
enum class Alike {
  kNone, // it says where a run was made, and changes nothing in its figures
  kSweep,
  kData, // those whose cells override the same of data and tokenizer
  kCell,
  kTimes // all; only the times are of two kinds where they do not
};

/// A key of result.json and a column of summary.csv.
struct Fact {
  const char* key;
  const char* title; // for people
  Alike alike;
};
std::span<const Fact> run_facts();

/// The facts that the run.json of a run folder has, empty without one. Where
/// its sessions differ, all values ("a, b").
Json recorded_facts(const RunFolder& run);

/// Those of a run of a sweep: out of its result.json, or where that is older or
/// not there yet, of its run.json, unless that is damaged.
Json facts_of(const SeedFolder& run, const std::optional<Json>& result);

/// Two runs that differ in a fact that they should share.
struct Mixture {
  const Fact* fact = nullptr;
  std::string run, other; // "CELL/seed-N"
  std::string value, other_value;
};

/// One for each fact that differs, over the runs that are done or begun.
std::vector<Mixture> find_mixtures(const std::vector<CellSummary>& cells);

/// "commit isa": the keys of what differs; empty where nothing does.
std::string mixed_keys(const std::vector<Mixture>& mixtures);
/// "the runs are mixed: commit (3e367a1, cc1942f), ..." and `end`, for people;
/// empty where nothing differs.
std::string mixed_note(
    const std::vector<Mixture>& mixtures, std::string_view end = "");

/// Before a run of a cell begins: Error if its data, this program's commit or
/// its instruction set differ from those of the sweep's runs (and of those that
/// it confirms), or these differ
/// among themselves. What is not known is not compared. A token file's own
/// hash stands for it: nothing is read but headers. LibTorch and arithmetic of
/// this run are known once it has ended: what differs stops the next one.
void require_unmixed(
    const SweepFolder& folder, const Cell& cell, const RunSeed& seed);

} // namespace nanobrain
