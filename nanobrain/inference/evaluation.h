// Exact loss of a model over a whole text: the jobs behind `nanobrain eval`,
// `nanobrain-run score` and the val_loss of `train`. What is scored: Protocol
// (windows.h). Results do not depend on the number of windows scored at once
// beyond rounding, and are the same bits on every run with the same number of
// threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/data/token_file.h"
#include "nanobrain/inference/eval_input.h"
#include "nanobrain/inference/eval_report.h"
#include "nanobrain/inference/open_model.h"

namespace nanobrain {

struct EvalOptions {
  /// tokens that the model sees at once; absent: its max_seq_len
  std::optional<int64_t> context = std::nullopt;
  /// tokens from one window to the next; absent: context (disjoint windows)
  std::optional<int64_t> stride = std::nullopt;
  /// inputs scored at once, at least one window: 16 of 1,024
  int64_t batch_tokens = 16'384;
  /// matrix products in bf16; `eval` and the val_loss of `train` use f32
  bool bf16 = false;
};

/// Takes every token of a stream in order, without a loss where the protocol
/// does not score it.
using TokenSink = std::function<void(TokenId id, std::optional<double> nats)>;

/// Feeds a stream through a scorer, at most `batch_tokens` inputs at once, and
/// every token of it (the plan's prefix left out) to `sink`, under a progress
/// bar where it has a `label`. Returns the seconds that the scorer took:
/// reading and tokenising do not count.
double score_stream(
    TokenScorer& scorer,
    TokenSource& source,
    const WindowPlan& plan,
    int64_t batch_tokens,
    const TokenSink& sink,
    const std::string& label = {});

/// The loss over a token file, the same figure that `nanobrain eval` gives on
/// the same documents; a progress bar where there is a `label`. Error if the
/// file is empty or made with another tokenizer, or a loss is not finite;
/// UsageError if context or stride do not fit a model of `max_seq_len`.
LossSum evaluate(
    TokenScorer& scorer,
    int64_t max_seq_len,
    const TokenFile& file,
    const Tokenizer& tokenizer,
    const EvalOptions& options = {},
    const std::string& label = {});

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
  EvalText text = {};
  EvalOptions options = {};
  /// token file to count the baselines on
  std::optional<std::filesystem::path> baseline_tokens = {};
  /// count its first tokens only; absent: as many as the model was trained on
  /// by its nanobrain.json, all where it does not say
  std::optional<int64_t> baseline_limit = {};
  /// where to write a row a document: document (from 0), tokens, bytes, words,
  /// and nats with all the digits that reading them back exactly takes; JSON
  /// lines where the name ends in .jsonl, else tab-separated values
  std::optional<std::filesystem::path> per_document = {};
  int64_t threads = 0; // 0: all
};

/// Reads the text once, in bounded memory. Stops at SIGINT and SIGTERM
/// (Interrupted). Error if there is nothing to score; UsageError if parts
/// of the request exclude each other.
EvalReport run_evaluation(
    const EvalRequest& request, const Capabilities& capabilities);

/// The counters of `nanobrain`, as far as the request asks for them: baselines
/// on the training tokens, and the exact entropy of a synthetic text. Error
/// where the baselines' token file was made with another tokenizer.
std::vector<std::unique_ptr<TokenCounter>> make_counters(
    const EvalRequest& request, const Tokenizer& tokenizer);

} // namespace nanobrain
