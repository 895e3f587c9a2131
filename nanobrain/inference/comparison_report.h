// The result of a comparison.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/inference/bootstrap.h"
#include "nanobrain/inference/eval_input.h"
#include "nanobrain/inference/loss_sum.h"
#include "nanobrain/inference/loss_units.h"
#include "nanobrain/inference/published_figures.h"

namespace nanobrain {

struct ComparedModel {
  std::string name;      // as the user gave it
  std::string tokenizer; // its kind
  LossSum loss;
  /// absent where the text is too short to be parted
  std::optional<LossIntervals> intervals;
  int64_t parameters = 0;
  std::string precision = "f32";
  int64_t file_bytes = 0; // of its weights
  double seconds = 0;     // of scoring
};

struct ComparisonReport {
  std::vector<ComparedModel> models;
  std::optional<PublishedModel> published;
  TextFacts text;
  Protocol protocol = Protocol::kDocuments;
  int64_t context = 0;
  int64_t stride = 0;
  UnitPlan units; // that the intervals are resampled from
  int64_t threads = 1;

  /// Of the models' matrix products, each named once: "f32", "f32, int8".
  std::string precision() const;
  /// The model's bits per byte less those of the first.
  double difference(const ComparedModel& model) const;

  /// Keys: protocol, context, stride, text, intervals, precision, threads, and
  /// rows: of each model the keys of LossSum, model, published (false),
  /// tokenizer, intervals ([low, high] by figure, null where there are none),
  /// bits_per_byte_difference, parameters, precision, model_bytes,
  /// tokens_per_s; of each published figure those of PublishedFigure, published
  /// (true), same_text and bits_per_byte (null where the text is another).
  Json to_json() const;
};

} // namespace nanobrain
