// Builds a model at random initialisation and checks what must hold of it:
// the count of parameters, shapes, memory, the tied head, causality and the
// loss. The scaffold's one-command check.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/table.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/inference/statistics.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

struct InspectOptions {
  /// vocab_size 0: the tokenizer's, or the default without one
  ModelConfig model;
  /// its text's ids are the input; nullptr: the text's bytes are
  const Tokenizer* tokenizer = nullptr;
  std::string text = "The cat sleeps peacefully on the warm mat.";
  uint64_t seed = 42;
  int64_t timed_runs = 21;
};

struct InspectReport {
  ModelConfig model;
  int64_t parameters = 0; // of the tensors, not of the inventory
  std::map<Part, int64_t> parameters_by_part;
  int64_t f32_bytes = 0;
  int64_t int8_bytes = 0; // one byte a parameter
  int64_t tokens = 0;
  std::vector<int64_t> logits_shape; // (1, tokens, V)
  Statistics forward_ms;             // all logits of the text
  double text_loss = 0;              // nats per token after the first
  double init_loss = 0;    // over 1,024 random targets after random tokens
  double uniform_loss = 0; // ln V
  /// the tensors are those of the inventory
  bool counted = false;
  /// the head is the embedder: one storage, listed once among the parameters
  bool tied = false;
  /// changing a token changes the logits from there on and no bit before
  bool causal = false;

  bool passed() const { return counted && tied && causal; }
  Json to_json() const;
  /// A part a row, and all of them; the rest as notes.
  Table table() const;
};

/// UsageError if the text is under two tokens, longer than the context or out
/// of the vocabulary, or the tokenizer's vocabulary is not the model's.
InspectReport inspect_model(const InspectOptions& options);

} // namespace nanobrain
