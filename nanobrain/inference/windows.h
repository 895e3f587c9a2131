// Cuts a stream of ids into the windows that a model sees at once, so that
// each target is scored exactly once.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "nanobrain/inference/token_source.h"

namespace nanobrain {

/// Which tokens are scored.
enum class Protocol {
  /// nanobrain's rule: end-of-text precedes the first document and every token
  /// is scored, in windows of `context` inputs and as many targets. Where the
  /// tokenizer has no end-of-text token, documents run into each other, and the
  /// first token is not scored, for nothing predicts it.
  kDocuments,
  /// The usual guide for published figures (Hugging Face, "Perplexity of
  /// fixed-length models"): windows of `context` tokens; the first token of
  /// the text, and of each window that overlaps none before it, is not scored.
  kHuggingFace,
};

/// What --protocol and JSON call it: "documents" or "hf".
std::string_view protocol_name(Protocol protocol);
/// The same with its rule, for people.
std::string_view describe_protocol(
    Protocol protocol, bool has_end_of_text = true);

/// Window k begins `stride` tokens after window k - 1 and scores what no
/// window before it has scored, but never its own first token.
struct WindowPlan {
  int64_t context = 0;
  int64_t span = 0; // tokens of a window, the last target included
  int64_t stride = 0;
  std::optional<TokenId> prefix; // precedes the stream, not scored
};

/// The windows of a protocol. Without `context` it is `max_seq_len`, without
/// `stride` it is the context (disjoint windows): each target then has from 1
/// to `context` tokens before it; with a stride at least context - stride.
/// `end_of_text` < 0: there is none. UsageError if context is not in [1,
/// max_seq_len] (Hugging Face: from 2) or stride not in [1, context].
WindowPlan plan_windows(
    Protocol protocol,
    std::optional<int64_t> context,
    std::optional<int64_t> stride,
    int64_t max_seq_len,
    TokenId end_of_text);

/// Windows of the same shape, next to each other in the stream.
struct WindowBatch {
  int64_t count = 0;           // windows
  int64_t inputs = 0;          // tokens that each feeds to the model
  int64_t first_scored = 0;    // inputs before the first scored target
  std::vector<int64_t> begins; // of each window, in the stream
  /// (count, inputs + 1) row-major: row[1 + i] is the target of row[i].
  std::vector<int64_t> ids;

  int64_t scored() const { return count * (inputs - first_scored); }
};

/// Reads a source window by window. Position 0 of the stream is the prefix
/// where the plan has one, else the source's first id.
class WindowReader {
 public:
  WindowReader(TokenSource& source, const WindowPlan& plan);
  /// The next windows of one shape, at most `max_count` of them; false at the
  /// end. Windows without any target are left out.
  bool next(int64_t max_count, WindowBatch& batch);

 private:
  /// Holds positions [begin_, end) as far as the source goes; their end.
  int64_t fill(int64_t end);

  TokenSource& source_;
  WindowPlan plan_;
  std::vector<TokenId> buffer_; // stream positions from buffer_begin_
  int64_t buffer_begin_ = 0;
  bool source_ended_ = false;
  int64_t begin_ = 0;   // of the next window
  int64_t covered_ = 0; // end of the window before it
};

} // namespace nanobrain
