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

#include "nanobrain/base/json.h"
#include "nanobrain/base/table.h"
#include "nanobrain/data/token_file.h"
#include "nanobrain/inference/baselines.h"
#include "nanobrain/inference/eval_input.h"
#include "nanobrain/inference/loss_parts.h"
#include "nanobrain/inference/loss_units.h"
#include "nanobrain/inference/open_model.h"

namespace nanobrain {

struct EvalOptions {
  /// tokens that the model sees at once; absent: those that it was trained at
  /// where its folder is known, else its max_seq_len
  std::optional<int64_t> context = std::nullopt;
  /// tokens from one window to the next; absent: context (disjoint windows)
  std::optional<int64_t> stride = std::nullopt;
  /// inputs scored at once, at least one window: 16 of 1,024
  int64_t batch_tokens = 16'384;
  /// matrix products in bf16; `eval` and the val_loss of `train` use f32
  bool bf16 = false;
};

struct ScoredToken {
  TokenId id = 0;
  std::optional<double> nats = {}; // absent: the protocol does not score it
  int64_t before = 0; // tokens that the model sees before it in the window
};
/// Takes every token of a stream in order.
using TokenSink = std::function<void(const ScoredToken& token)>;

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

/// The model beside what any model must beat.
struct EvalReport {
  LossSum model;
  std::vector<Baseline> baselines;
  int64_t baseline_tokens = 0;  // that they were counted on
  std::string baseline_counted; // which these were
  bool baseline_seen = false;   // those that the model has seen
  /// the model's on the documents that share no 13-gram of words with training,
  /// where the prepare.json beside a val.tokens says which do
  std::optional<LossSum> without_overlap;
  /// nats of the text's exact probability, where it is synthetic
  std::optional<double> floor_nats;
  std::vector<LossParts> parts; // those asked for
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
  /// repaired, baselines, baseline_tokens, baseline_counted, baseline_seen,
  /// loses_to (defeats()), without_overlap (the keys of LossSum), by (of each
  /// of `parts` the rows), entropy, leak, tokens_per_s, precision, threads.
  Json to_json() const;
  /// A row for the model, each baseline and the floor, and whether the model
  /// beats it.
  Table table() const;
  /// It, and one for each of `parts`.
  std::vector<Table> tables() const;

 private:
  LossSum floor() const; // where there is one
};

/// Something that counts over the same tokens as the model's loss.
class TokenCounter {
 public:
  virtual ~TokenCounter() = default;
  virtual void add(const ScoredToken& token) = 0;
  /// Puts its result into a report that has the model's loss.
  virtual void finish(EvalReport& report) = 0;
};

struct EvalRequest {
  const char* command = "eval";     // that errors name
  std::filesystem::path model = {}; // model or run folder
  EvalText text = {};
  EvalOptions options = {};
  /// token file to count the baselines on
  std::optional<std::filesystem::path> baseline_tokens = {};
  /// count its first tokens only; absent: what the model has seen of it
  /// (count_ngrams())
  std::optional<int64_t> baseline_limit = {};
  /// where to write a row a document: document (from 0), tokens, bytes, words,
  /// and nats with all the digits that reading them back exactly takes; JSON
  /// lines where the name ends in .jsonl, else tab-separated values
  std::optional<std::filesystem::path> per_document = {};
  std::vector<std::string> by = {}; // what splits the loss (loss_parts.h)
  int64_t threads = 0;              // 0: all
};

/// Scores the text of a request with a model that is open, into `losses`,
/// whose units the caller may watch, under a progress bar of this `label`.
/// Reads the text once, in bounded memory. Stops at SIGINT and SIGTERM
/// (Interrupted). Error if there is nothing to score; UsageError if context or
/// stride do not fit.
EvalReport score_text(
    TokenScorer& scorer,
    int64_t max_seq_len,
    const Tokenizer& tokenizer,
    const EvalRequest& request,
    const Capabilities& capabilities,
    LossUnits& losses,
    const std::string& label);

/// score_text() with the model of the request. UsageError if parts of the
/// request exclude each other.
EvalReport run_evaluation(
    const EvalRequest& request, const Capabilities& capabilities);

/// The counters of `nanobrain`, as far as the request asks for them: baselines
/// on the training tokens, the exact entropy of a synthetic text, and what
/// splits the loss. Error where the baselines' token file was made with another
/// tokenizer; errors of make_part_counter().
std::vector<std::unique_ptr<TokenCounter>> make_counters(
    const EvalRequest& request, const Tokenizer& tokenizer);

} // namespace nanobrain
