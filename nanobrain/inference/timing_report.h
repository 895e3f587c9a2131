// What a timing says, as a table for people, CSV, Markdown and JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/table.h"
#include "nanobrain/inference/statistics.h"

namespace nanobrain {

enum class TimedWork {
  kForward, // all logits
  kPrompt,  // the logits of the last token
  kGenerate // greedy, a token at a time
};

/// One model with one number of threads and one length.
struct TimingRow {
  std::string model;     // as the user names it
  std::string precision; // "f32" or "int8"
  std::string backend;   // what computes it
  int64_t threads = 0;
  int64_t prompt_tokens = 0; // ahead of generated ones
  int64_t tokens = 0;        // of a forward, or generated
  bool cold = false;
  Statistics seconds = {};       // of a forward, or of a whole generation
  Statistics token_seconds = {}; // of single tokens of a generation
};

struct TimingReport {
  TimedWork work = TimedWork::kForward;
  std::vector<TimingRow> rows = {};
  std::string eviction = {}; // what made rows cold; empty where none is
  std::string cpu, isa, commit;

  /// How many times as fast as the first row.
  double ratio(const TimingRow& row) const;
  /// With notes on how it was made; in CSV also what the JSON has once.
  Table table() const;
  /// Keys: work, cpu, isa, commit, cold where rows are, rows; and of the first
  /// row threads, median_ms or tokens_per_s, min, max (in the same unit).
  Json to_json() const;
};

} // namespace nanobrain
