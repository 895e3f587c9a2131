// A sequence being read and written by a model.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "nanobrain/runtime/model.h"
#include "nanobrain/runtime/output_head.h"
#include "nanobrain/runtime/thread_pool.h"
#include "nanobrain/runtime/transformer_body.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// Keys and values of what was read so far, and the buffers of one forward: no
/// call allocates but the constructor. One thread uses a session at a time;
/// sessions of different threads may share a model and a pool. Reading a
/// sequence at once or in parts gives the same bits, and so does any number of
/// threads. A call that refuses its arguments leaves the session as it was.
///
/// Positions are learned, so a sequence past the context cannot keep its keys
/// and values: when a token past it comes, the session reads the newest half
/// context again and continues (window_start() of context_window.h).
class Session {
 public:
  /// Sees `context` tokens at once, from 1 to max_seq_len; absent: max_seq_len.
  /// Error if the memory for max_seq_len tokens is not to be had.
  Session(
      std::shared_ptr<const RuntimeModel> model,
      std::shared_ptr<ThreadPool> pool,
      std::optional<int64_t> context = std::nullopt);

  /// Reads tokens, any number; logits() and argmax() are then about the token
  /// after them. Error if an id is out of range.
  void feed(std::span<const TokenId> ids);
  /// Logits of the next token, (V); valid up to the next call. Error before the
  /// first token.
  std::span<const float> logits();
  /// The most likely next token, the first of equal ones, without logits. Error
  /// before the first token.
  TokenId argmax();
  /// Starts over with these tokens, at most the context, and writes the logits
  /// after each: (n, V), row-major, in the caller's memory.
  void forward(std::span<const TokenId> ids, float* logits);
  /// Starts over with `ids`, at most the context, and writes
  /// -ln p(targets[i] | ids[..i]) for each; a negative target gives 0.
  void score(
      std::span<const TokenId> ids,
      std::span<const TokenId> targets,
      std::span<float> losses);
  /// Forgets all.
  void reset() { restart({}); }
  /// Tokens read since the start.
  int64_t length() const { return length_; }

 private:
  void require_ids(std::span<const TokenId> ids, const char* what) const;
  /// Checks a sequence that starts over.
  void require_sequence(std::span<const TokenId> ids) const;
  /// Reads what the window holds from `begin` on, up to `end`.
  void read(int64_t begin, int64_t end, int64_t outputs);
  /// Starts over with ids, which have been checked, all of them outputs.
  void restart(std::span<const TokenId> ids);
  /// The newest token's row, the last of what the body has put out.
  QuantizedRows newest() const;

  std::shared_ptr<const RuntimeModel> model_;
  std::shared_ptr<ThreadPool> pool_;
  int64_t context_;
  TransformerBody body_;
  OutputHead head_;
  std::vector<TokenId> window_; // the tokens that the model sees
  int64_t start_ = 0;           // of the window in the sequence
  int64_t cached_ = 0;          // tokens of the window that have been read
  int64_t length_ = 0;          // start + cached
  std::vector<float> logits_;
  bool has_logits_ = false; // of the newest token
};

} // namespace nanobrain
