// A sequence being read and written by a model.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "nanobrain/runtime/model.h"
#include "nanobrain/runtime/thread_pool.h"
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
/// context anew and goes on (window_start() of context_window.h).
class Session {
 public:
  /// Error where the memory for max_seq_len tokens is not to be had.
  Session(
      std::shared_ptr<const RuntimeModel> model,
      std::shared_ptr<ThreadPool> pool);
  ~Session();

  /// Reads tokens, any number; logits() and argmax() are then about the token
  /// after them. Error where an id is out of range.
  void feed(std::span<const TokenId> ids);
  /// Logits of the next token, (V); valid up to the next call. Error before the
  /// first token.
  std::span<const float> logits();
  /// The most likely next token, the first of equal ones, without logits. Error
  /// before the first token.
  TokenId argmax();
  /// Starts over with these tokens, at most max_seq_len, and writes the logits
  /// after each: (n, V), row-major, in the caller's memory.
  void forward(std::span<const TokenId> ids, float* logits);
  /// Starts over with `ids`, at most max_seq_len, and writes
  /// -ln p(targets[i] | ids[..i]) for each; a negative target gives 0.
  void score(
      std::span<const TokenId> ids,
      std::span<const TokenId> targets,
      std::span<float> losses);
  /// Forgets all.
  void reset();
  /// Tokens read since the start.
  int64_t length() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace nanobrain
