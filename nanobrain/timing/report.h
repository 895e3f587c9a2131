// What a timing says, as a table for people, CSV, Markdown and JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/timing/statistics.h"

namespace nanobrain {

enum class TimedWork {
  kForward,  // milliseconds of a forward
  kGenerate, // tokens a second of greedy generation
};

/// One model on one number of threads.
struct TimingRow {
  std::string model;     // as the user names it
  std::string precision; // "f32" or "int8"
  int64_t threads = 0;
  bool cold = false;
  Statistics figures;       // ms, or tokens/s, of a repetition
  Statistics token_seconds; // of single tokens of a generation
};

struct TimingReport {
  TimedWork work = TimedWork::kForward;
  int64_t tokens = 0;        // of a forward, or generated
  int64_t prompt_tokens = 0; // ahead of the generated
  bool last_logits = false;  // of a forward: of the last token alone
  int64_t warm_up = 0;       // repetitions, at least
  std::string eviction;      // what made rows cold; empty where none is
  std::vector<TimingRow> rows;
  std::string cpu, isa, commit;

  /// How many times as fast as the first row.
  double ratio(const TimingRow& row) const;
  /// Keys: work, tokens, ..., rows; where all rows are of one model and number
  /// of threads also those of the first row: median_ms or tokens_per_s, min,
  /// max, threads.
  Json to_json() const;
};

/// A table, and below it how it was made.
std::string timing_text(const TimingReport& report);
std::string timing_markdown(const TimingReport& report);
/// A line a row, everything on it.
std::string timing_csv(const TimingReport& report);

} // namespace nanobrain
