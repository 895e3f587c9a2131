// A model under the clock, whatever computes it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

class TimedEngine {
 public:
  virtual ~TimedEngine() = default;
  /// Of the matrix products: "f32" or "int8".
  virtual std::string_view precision() const = 0;
  virtual int64_t vocab_size() const = 0;
  virtual int64_t max_seq_len() const = 0;

  /// Starts over with `ids`, at most max_seq_len, and writes the logits after
  /// each: (n, V), row-major, in the caller's memory.
  virtual void forward(std::span<const TokenId> ids, float* logits) = 0;
  /// Starts over with `ids` and gives the logits (V) after the last.
  virtual std::span<const float> prompt(std::span<const TokenId> ids) = 0;
  /// Starts over with `ids` and gives the most likely next token.
  virtual TokenId begin(std::span<const TokenId> ids) = 0;
  /// Reads one more token and gives the most likely next one.
  virtual TokenId next(TokenId id) = 0;
};

} // namespace nanobrain
