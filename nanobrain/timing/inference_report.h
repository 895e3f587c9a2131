// The result of a bench of inference, as text, CSV, Markdown and JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/timing/timings.h"

namespace nanobrain {

enum class InferenceWork {
  kForward, // all logits
  kPrompt,  // the last logits
  kGenerate // greedy, a token at a time
};

enum class CacheState {
  kWarm, // as the call before left it
  kCold  // emptied before each call
};

struct InferenceRow {
  std::string model;
  std::string precision;
  int64_t threads = 0;
  int64_t prompt_tokens = 0; // of generation
  int64_t tokens = 0;
  CacheState cache = CacheState::kWarm;
  std::optional<Timings> seconds = {};       // of a forward or a whole text
  std::optional<Timings> token_seconds = {}; // of generation
};

struct InferenceReport {
  InferenceWork work = InferenceWork::kForward;
  std::vector<InferenceRow> rows = {};
  int64_t evicted_bytes = 0; // written to empty the caches; 0: all are warm

  /// Keys: work, cpu, isa, commit, rows; of the first row also, at the top,
  /// threads and median_ms or tokens_per_s with min and max in the same unit.
  Json to_json() const;
  /// Times beside the ratio of each row to the first.
  std::string to_text() const;
  std::string to_csv() const;
  std::string to_markdown() const;
};

} // namespace nanobrain
