#include "nanobrain/inference/generate.h"

#include <algorithm>
#include <chrono>
#include <span>

#include "nanobrain/base/error.h"
#include "nanobrain/base/utf8.h"

namespace nanobrain {

void GenerateOptions::validate() const {
  require<UsageError>(
      max_tokens >= 0,
      "generate",
      "max_tokens is {}; it must be 0 or more",
      max_tokens);
  sampler.validate();
}

double Generated::tokens_per_s() const {
  return seconds > 0 ? static_cast<double>(ids.size()) / seconds : 0;
}

Json Generated::to_json() const {
  return {
      {"text", text},
      {"tokens", ids.size()},
      {"tokens_per_s", tokens_per_s()},
      {"ended", ended}};
}

Generated generate(
    Predictor& predictor,
    const Tokenizer& tokenizer,
    std::string_view prompt,
    const GenerateOptions& options,
    const std::function<void(std::string_view)>& on_text) {
  options.validate();
  const TokenId end_of_text = tokenizer.end_of_text();
  std::vector<TokenId> ids;
  if (end_of_text >= 0) ids.push_back(end_of_text);
  const auto encoded = tokenizer.encode(prompt);
  ids.insert(ids.end(), encoded.begin(), encoded.end());
  require<UsageError>(
      !ids.empty(),
      "generate",
      "the tokenizer has no end-of-text token to start from; give a prompt");

  const auto begin = std::chrono::steady_clock::now();
  Generated result;
  Utf8Stream characters;
  const auto show = [&](const std::string& text) {
    if (text.empty()) return;
    result.text += text;
    if (on_text) on_text(text);
  };
  Sampler sampler(options.sampler);
  Random random(options.seed);
  size_t read = 0;
  while (static_cast<int64_t>(result.ids.size()) < options.max_tokens) {
    predictor.feed(std::span(ids).subspan(read));
    read = ids.size();
    const auto logits = predictor.logits();
    // Ids past the tokenizer's have no bytes.
    const size_t count =
        std::min(logits.size(), static_cast<size_t>(tokenizer.vocab_size()));
    const TokenId id = sampler.sample(logits.first(count), random);
    result.ended = id == end_of_text;
    if (result.ended) break;
    ids.push_back(id);
    result.ids.push_back(id);
    show(characters.feed(tokenizer.bytes_of(id)));
  }
  show(characters.finish());
  result.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
          .count();
  return result;
}

} // namespace nanobrain
