// The job behind `nanobrain compare`: models with different tokenizers on the
// same text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/table.h"
#include "nanobrain/inference/bootstrap.h"
#include "nanobrain/inference/eval_input.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/inference/loss_units.h"
#include "nanobrain/inference/open_model.h"
#include "nanobrain/inference/published_figures.h"
#include "nanobrain/inference/training_seeds.h"

namespace nanobrain {

struct ComparedModel {
  std::string name;      // as the user gave it
  std::string tokenizer; // its kind
  LossSum loss;
  /// absent where the text is too short to be split
  std::optional<LossIntervals> intervals;
  int64_t parameters = 0;
  std::string precision = "f32";
  int64_t file_bytes = 0; // of its weights
  double seconds = 0;     // of scoring
};

/// Something counted on what models have seen, over their tokens.
struct ComparedBaseline {
  std::string name;           // "bigram (Kneser-Ney)"
  std::vector<size_t> models; // that have seen it, by index
  std::string tokenizer;      // its kind
  int64_t counted_tokens = 0;
  LossSum loss;
  std::optional<LossIntervals> intervals;
};

struct ComparisonReport {
  std::vector<ComparedModel> models;
  std::vector<ComparedBaseline> baselines;
  std::vector<SeedGroup> seeds; // where there are intervals
  /// why models have no baselines, for people
  std::vector<std::string> missing_baselines;
  std::optional<PublishedModel> published;
  TextFacts text;
  Protocol protocol = Protocol::kDocuments;
  int64_t context = 0;
  int64_t stride = 0;
  UnitPlan units;             // that the intervals are resampled from
  double effective_units = 0; // effective_units() of them
  int64_t threads = 1;

  /// Those of a model.
  std::vector<Baseline> baselines_of(size_t model) const;
  /// Of the models' matrix products, each named once: "f32", "f32, int8".
  std::string precision() const;

  /// Keys: protocol, context, stride, text, intervals, seeds (models, by name,
  /// seed_deviation, text_deviation, seed_share), precision, threads, and rows:
  /// of each model the keys of LossSum, model, published (false), tokenizer,
  /// intervals ([low, high] by figure, null where there are none),
  /// bits_per_byte_difference (to the first), parameters, precision,
  /// model_bytes, tokens_per_s, loses_to (defeats(); null without baselines),
  /// seed_share (of its group; null without one);
  /// of each baseline the keys of LossSum, model (its name and whose it is),
  /// baseline (true), published (false), tokenizer, intervals,
  /// bits_per_byte_difference, baseline_tokens; of each published figure those
  /// of PublishedFigure, published (true), same_text and bits_per_byte (null
  /// where the text is another).
  Json to_json() const;
  /// A row for each model, baseline and published figure; one of another text
  /// is marked as not comparable. The rules above it, where figures come from
  /// below it.
  Table table() const;
  /// The same for people: sizes and speeds in a table of their own.
  std::string to_text() const;
};

struct CompareRequest {
  std::vector<std::filesystem::path> models; // model and run folders
  EvalText text;                             // documents, no token file
  /// context: absent, the longest that all models were trained at
  EvalOptions options;
  /// token file to count baselines on, for the models whose tokenizer made it;
  /// absent: the one that each model's run folder names, where it is there
  std::optional<std::filesystem::path> baselines;
  /// figures to add (load_published)
  std::optional<std::string> reference;
  int64_t threads = 0; // 0: all
};

/// Scores the text with one model after another, only one of them in memory at
/// a time. Every folder and the text are looked at before the first is scored.
/// Stops at SIGINT and SIGTERM (Interrupted). Error if a folder is no model
/// or its tokenizer does not fit, where a weight is NaN, and where the text is
/// empty or shorter than one window; UsageError if a model comes twice or
/// takes less than the context.
ComparisonReport run_comparison(
    const CompareRequest& request, const Capabilities& capabilities);

} // namespace nanobrain
