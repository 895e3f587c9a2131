// How a sweep's models stand beside counted n-grams and on the test text, for
// its tables.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nanobrain/base/table.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

/// "num_layers=1 and 2 more", of at least one.
std::string describe_cells(const std::vector<std::string>& ids);

/// What was counted for a cell; empty where nothing was.
std::span<const CountedNgram> ngrams_of(
    const SweepSummary& sweep, const CellSummary& cell);

/// describe_against() of a cell's mean; empty where one of both is not known.
std::string describe_against(
    const SweepSummary& sweep, const CellSummary& cell, Precision precision);

/// At either precision it has more bits per byte than the best of its n-grams.
bool loses(const SweepSummary& sweep, const CellSummary& cell);
/// How many cells do.
int64_t count_losing(const SweepSummary& sweep);

/// A row an n-gram of each training budget, and how many cells lose to it.
Table ngrams_table(const SweepSummary& sweep);

/// How many cells lose, what has no n-grams and why, and what is known of the
/// test text, a line each.
std::vector<std::string> closing_notes(const SweepSummary& sweep);

/// ngrams_table() and closing_notes(), as the end of a sweep says them.
std::string closing_text(const SweepSummary& sweep);

/// The same for programs: ngrams (ngrams_table()), losing (null where nothing
/// was counted), and test, null where test.json says nothing, else looks,
/// missing (null where nothing is), confirmation (whether it is one), and cells
/// with id, val and test (Estimates), ngrams on the test text.
Json closing_json(const SweepSummary& sweep);

} // namespace nanobrain
