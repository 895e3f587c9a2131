// What a model can do, whatever computes it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "nanobrain/config/model_config.h"
#include "nanobrain/inference/windows.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// -ln p of each target of a window.
class TokenScorer {
 public:
  virtual ~TokenScorer() = default;
  /// losses[w * (inputs - first_scored) + i] is the loss in nats of the i-th
  /// scored target of window w. Error if a loss is not finite.
  virtual void score(const WindowBatch& batch, std::span<float> losses) = 0;
};

/// One sequence, read and continued. Past the context the model sees what
/// window_start() of runtime/context_window.h says.
class Predictor {
 public:
  virtual ~Predictor() = default;
  /// Forgets all.
  virtual void reset() = 0;
  /// Reads more tokens.
  virtual void feed(std::span<const TokenId> ids) = 0;
  /// Logits of the token after those read, at least one; (V), valid until the
  /// next call.
  virtual std::span<const float> logits() = 0;
  /// The most likely one.
  virtual TokenId argmax() = 0;
  /// Forgets all, reads `ids`, at most max_seq_len, and writes the logits after
  /// each: (n, V), row-major, in the caller's memory. reset() is due after it.
  virtual void forward(std::span<const TokenId> ids, float* logits) = 0;
};

/// Scorers and predictors must not outlive their model. A library may have one
/// number of threads for the whole process, that of the scorer or predictor
/// made last: use_threads() before another is used again.
class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  virtual const ModelConfig& config() const = 0;
  /// Tokens of the windows that it was trained in.
  virtual int64_t trained_context() const { return config().max_seq_len; }
  /// Of the matrix products: "f32", "bf16" or "int8".
  virtual std::string_view precision() const = 0;
  /// What computes it: "LibTorch 2.13.0", or the int8 engine's instruction set.
  virtual std::string backend() const = 0;
  /// Of the file that holds its weights.
  virtual int64_t file_bytes() const = 0;
  /// On `threads` threads, 0: all.
  virtual std::unique_ptr<TokenScorer> make_scorer(int64_t threads) = 0;
  /// Sees `context` tokens at once, at most max_seq_len; absent: max_seq_len.
  virtual std::unique_ptr<Predictor> make_predictor(
      int64_t threads, std::optional<int64_t> context = std::nullopt) = 0;
  /// Sets the number of threads of such a library.
  virtual void use_threads(int64_t /*threads*/) {}
};

} // namespace nanobrain
