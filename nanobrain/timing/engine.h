// What the clock asks of a model, whatever computes it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// One sequence on a fixed number of threads. Ids are in range; past the
/// context the model sees what window_start() of runtime/context_window.h says.
class TimedEngine {
 public:
  virtual ~TimedEngine() = default;

  /// Starts over with `ids`, at most max_seq_len, and writes the logits after
  /// each: (n, V), row-major, in the caller's memory.
  virtual void forward(std::span<const TokenId> ids, float* logits) = 0;
  /// Starts over with a prompt. Logits after its last token, (V); valid until
  /// the next call.
  virtual std::span<const float> prompt(std::span<const TokenId> ids) = 0;
  /// Starts over with a prompt. The most likely token after it.
  virtual TokenId begin(std::span<const TokenId> ids) = 0;
  /// Reads one more token. The most likely one after it.
  virtual TokenId next(TokenId id) = 0;
};

/// A model that has been loaded.
class TimedModel {
 public:
  virtual ~TimedModel() = default;

  /// As the user names it.
  virtual std::string name() const = 0;
  /// Of the matrix products: "f32" or "int8".
  virtual std::string precision() const = 0;
  /// What computes it: "LibTorch 2.13.0", or the int8 engine's instruction set.
  virtual std::string backend() const = 0;
  virtual int64_t vocab_size() const = 0;
  virtual int64_t max_seq_len() const = 0;
  /// An engine on `threads` threads, 1 or more. One at a time of all models: a
  /// library may have one number of threads for the whole process.
  virtual std::unique_ptr<TimedEngine> make_engine(int64_t threads) = 0;
};

using TimedModels = std::vector<std::unique_ptr<TimedModel>>;

} // namespace nanobrain
