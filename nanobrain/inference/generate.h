// Text from a model, token by token: one text, and the jobs behind `generate`
// of both programs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/inference/language_model.h"
#include "nanobrain/inference/open_model.h"
#include "nanobrain/runtime/sampler.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

struct GenerateOptions {
  int64_t max_tokens = 128;
  SamplerOptions sampler = {};
  uint64_t seed = 42;
  /// tokens that the model sees at once, for whoever makes its predictor;
  /// absent: those that it was trained at
  std::optional<int64_t> context = std::nullopt;

  /// UsageError that names the option where a value is out of range.
  void validate() const;
};

struct Generated {
  std::string text;         // without the prompt; valid UTF-8
  std::vector<TokenId> ids; // as drawn, without the end-of-text that stopped it
  bool ended = false;       // the model ended the text
  double seconds = 0;       // the prompt's forward included

  /// Keys: text, tokens, tokens_per_s, ended.
  Json to_json() const;
};

/// Gets a text as it is made, never half a UTF-8 character.
using OnText = std::function<void(std::string_view text)>;

/// Continues `prompt` with a predictor that has read nothing. As in training,
/// end-of-text precedes it; it may be empty, or longer than the context
/// (window_start()). Bytes that are not UTF-8 come as U+FFFD. Stops at
/// end-of-text or after max_tokens. Error if the tokenizer cannot encode the
/// prompt or the logits are not finite.
Generated generate(
    Predictor& predictor,
    const Tokenizer& tokenizer,
    std::string_view prompt,
    const GenerateOptions& options = {},
    const OnText& on_text = {});

struct GenerationRequest {
  std::filesystem::path model; // model or run folder
  std::string prompt;
  GenerateOptions options;
  int64_t num_samples = 1; // sample i draws with options.seed + i
  int64_t threads = 0;     // 0: all
};

/// Generates the samples one after another; `on_text` gets the sample's index
/// and its text as it is made, an empty one as the sample begins. Stops at
/// SIGINT and SIGTERM (Interrupted).
std::vector<Generated> run_generation(
    const GenerationRequest& request,
    const Capabilities& capabilities,
    const std::function<void(int64_t sample, std::string_view text)>& on_text);

/// Continues many prompts, each of the request's threads prompts of its own;
/// `on_result` gets them in order, one call at a time, each as soon as those
/// before it are done. Every prompt gives the text that it gives alone. Stops
/// at SIGINT and SIGTERM (Interrupted). For models whose predictors may work
/// side by side: int8 ones.
void generate_batch(
    const GenerationRequest& request,
    const Capabilities& capabilities,
    std::span<const std::string> prompts,
    const std::function<void(size_t index, const Generated&)>& on_result);

/// The prompts of a file in order: one a line (LF or CR LF; an empty line is an
/// empty prompt), or JSON lines with the text under "prompt" where the name
/// ends in .jsonl or .ndjson. Error that names the line where a prompt is not
/// valid UTF-8 or a JSON line holds none; Error if the file is empty.
std::vector<std::string> read_prompts(const std::filesystem::path& file);

} // namespace nanobrain
