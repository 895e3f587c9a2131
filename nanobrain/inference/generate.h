// Text from a model, token by token.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/inference/language_model.h"
#include "nanobrain/runtime/sampler.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

struct GenerateOptions {
  int64_t max_tokens = 128;
  SamplerOptions sampler = {};
  uint64_t seed = 42;

  /// UsageError that names the option where a value is out of range.
  void validate() const;
};

struct Generated {
  std::string text;         // without the prompt; valid UTF-8
  std::vector<TokenId> ids; // as drawn, without the end-of-text that stopped it
  bool ended = false;       // the model ended the text
  double seconds = 0;       // the prompt's forward included
  double tokens_per_s() const;
  /// Keys: text, tokens, tokens_per_s, ended.
  Json to_json() const;
};

/// Continues `prompt` with a predictor that has read nothing. As in training,
/// end-of-text precedes it; it may be empty, or longer than the context
/// (window_start()). `on_text` gets the text as it is made, never half a UTF-8
/// character; bytes that are not UTF-8 come as U+FFFD. Stops at end-of-text or
/// after max_tokens. Error where the tokenizer cannot encode the prompt or the
/// logits are not finite.
Generated generate(
    Predictor& predictor,
    const Tokenizer& tokenizer,
    std::string_view prompt,
    const GenerateOptions& options = {},
    const std::function<void(std::string_view)>& on_text = {});

} // namespace nanobrain
