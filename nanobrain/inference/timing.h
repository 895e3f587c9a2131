// The jobs behind `bench`: forwards and generations, whose loading and
// tokenizing are off the clock and whose tokens are random, from a fixed seed;
// and the start of the program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/table.h"
#include "nanobrain/inference/language_model.h"
#include "nanobrain/inference/turns.h"

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
  Statistics seconds = {};        // of a forward, or of a whole generation
  Statistics token_seconds = {};  // of single tokens of a generation
  std::vector<double> turns = {}; // the median of each repetition, in order
};

struct TimingReport {
  TimedWork work = TimedWork::kForward;
  std::vector<TimingRow> rows = {};
  std::string eviction = {}; // what made rows cold; empty where none is
  std::string cpu, isa, commit;

  /// How many times as fast as the first row in each repetition.
  Statistics ratio(const TimingRow& row) const;
  /// With notes on how it was made; in CSV also what the JSON has once.
  Table table() const;
  /// Keys: work, cpu, isa, commit, cold where rows are, rows; and of the first
  /// row threads, median_ms or tokens_per_s, min, max (in the same unit).
  Json to_json() const;
};

/// A model as the user names it.
struct NamedModel {
  std::string name;
  std::shared_ptr<LanguageModel> model;
};
using NamedModels = std::vector<NamedModel>;

/// Every model is timed with every number of threads and every length, all of
/// them in each repetition (take_turns()).
struct TimingRequest {
  TimedWork work = TimedWork::kForward;
  std::vector<int64_t> tokens = {64};        // of a forward, or generated
  std::vector<int64_t> prompt_tokens = {16}; // ahead of generated ones
  std::vector<int64_t> threads = {0};        // 0: one a processor
  bool cold = false; // each also with emptied caches, in a row of its own
  ClockOptions clock = {};
};

/// UsageError if nothing is to be timed, a length is under 1 or past a
/// model's context, a number of threads is out of range or named twice; then
/// no model has been run.
TimingReport run_timing(
    const NamedModels& models, const TimingRequest& request);

/// Makes the runs of a bench's rows, which it must outlive, as must predictors.
struct RunMaker {
  TimedWork work = TimedWork::kForward;
  /// ahead of what each run of a cold row times, off the clock
  std::function<void()> evict = {};
  std::vector<float> logits = {}; // those of the last forward

  /// What a row times on a predictor with `vocab_size` ids. Of kForward: all
  /// logits, into memory that has been touched; of kPrompt: the logits after
  /// its last token; of kGenerate: the tokens one after another, a part each,
  /// the prompt and the choice of the first token off the clock.
  TimedRun make(Predictor& predictor, int64_t vocab_size, const TimingRow& row);
};

/// Seconds from the start of a process of this program, which opens the folder
/// and generates on `threads` threads (0: all), to the first byte of its text.
/// Error if the process says nothing: its own message is on stderr.
Statistics time_start(
    const fs::path& model, int64_t threads, const ClockOptions& clock);

} // namespace nanobrain
