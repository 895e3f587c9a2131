// The result of an evaluation: the model beside what any model must beat.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/table.h"
#include "nanobrain/inference/loss_units.h"
#include "nanobrain/inference/windows.h"

namespace nanobrain {

/// The loss of something counted over the same tokens as the model's.
struct Baseline {
  std::string name;
  LossSum loss;
};

struct EvalReport {
  LossSum model;
  std::vector<Baseline> baselines;
  int64_t baseline_tokens = 0; // that they were counted on
  /// nats of the text's exact probability, where it is synthetic
  std::optional<double> floor_nats;
  Protocol protocol = Protocol::kDocuments;
  bool has_end_of_text = true; // the tokenizer
  int64_t context = 0;
  int64_t stride = 0;
  int64_t skipped = 0;  // documents that could not be read
  int64_t repaired = 0; // documents with U+FFFD put in
  double seconds = 0;   // of scoring
  std::string precision = "f32";
  int64_t threads = 1;

  /// More than 20 nats under the exact entropy: the text leaked.
  bool leaked() const;
  /// Error that says so where it has.
  void require_no_leak() const;
  /// Keys: those of LossSum, protocol, end_of_text, context, stride, skipped,
  /// repaired, baselines, baseline_tokens, entropy, leak, tokens_per_s,
  /// precision, threads.
  Json to_json() const;
  /// A row for the model, each baseline and the floor, and whether the model
  /// beats it.
  Table table() const;

 private:
  LossSum floor() const; // where there is one
};

} // namespace nanobrain
