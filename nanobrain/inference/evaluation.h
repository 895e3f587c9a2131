// The job behind `nanobrain eval` and `nanobrain-run score`: from a model
// folder and a text to a report.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/inference/eval_report.h"
#include "nanobrain/inference/evaluate.h"
#include "nanobrain/inference/open_model.h"

namespace nanobrain {

/// Something that counts over the same tokens as the model's loss.
class TokenCounter {
 public:
  virtual ~TokenCounter() = default;
  virtual void add(TokenId id) = 0;
  /// Puts its result into a report that has the model's loss.
  virtual void finish(EvalReport& report) const = 0;
};

struct EvalRequest {
  const char* command = "eval"; // that errors name
  std::filesystem::path model;  // model or run folder
  /// files and folders of documents, or one token file (*.tokens)
  std::vector<std::filesystem::path> inputs;
  DocumentOptions documents;
  EvalOptions options;
  Protocol protocol = Protocol::kDocuments;
  /// token file to count the baselines on
  std::optional<std::filesystem::path> baseline_tokens;
  /// count its first tokens only; absent: as many as the model was trained on
  /// by its nanobrain.json, all where it does not say
  std::optional<int64_t> baseline_limit;
  /// where to write a row a document: document, tokens, bytes, words, nats;
  /// JSON lines where the name ends in .jsonl, else tab-separated values
  std::optional<std::filesystem::path> per_document;
  int64_t threads = 0; // 0: all
};

/// Reads the text once, in bounded memory. Stops at SIGINT and SIGTERM
/// (Interrupted). Error where there is nothing to score; UsageError where parts
/// of the request exclude each other.
EvalReport run_evaluation(
    const EvalRequest& request, const Capabilities& capabilities);

} // namespace nanobrain
