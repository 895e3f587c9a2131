#include "nanobrain/eval/generate.h"

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <span>

#include "nanobrain/base/error.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/model/nano_lm.h"

namespace nanobrain {

namespace {

/// Next-token logits of a growing text; keys and values are kept until the
/// window moves.
class SlidingModel {
 public:
  SlidingModel(NanoLM& model, int64_t vocab_size)
      : model_(model),
        vocab_size_(std::min(vocab_size, model->config().vocab_size)) {}

  /// Logits of the token after `ids`, of which all but the new ones have been
  /// given before. The span is valid until the next call.
  std::span<const float> logits(std::span<const TokenId> ids) {
    const auto length = static_cast<int64_t>(ids.size());
    const int64_t start = window_start(length, model_->config().max_seq_len);
    if (start != start_ || cache_.length == 0) {
      start_ = start;
      cache_ = {};
    }
    const auto unseen =
        ids.subspan(static_cast<size_t>(start_ + cache_.length));
    const std::vector<int64_t> wide(unseen.begin(), unseen.end());
    const auto input = torch::tensor(wide).unsqueeze(0).to(
        model_->wte->weight.device()); // (1, T)
    const auto hidden = model_->hidden(input, &cache_);
    logits_ = model_->logits(hidden.select(1, -1))
                  .to(torch::kCPU, torch::kFloat32)
                  .contiguous(); // (1, V)
    return {logits_.data_ptr<float>(), static_cast<size_t>(vocab_size_)};
  }

 private:
  NanoLM& model_;
  int64_t vocab_size_; // ids past the tokenizer's have no bytes
  KVCache cache_;
  int64_t start_ = 0;
  torch::Tensor logits_;
};

} // namespace

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

int64_t window_start(int64_t length, int64_t context) {
  if (length <= context) return 0;
  const int64_t step = std::max<int64_t>(context / 2, 1);
  return (length - context + step - 1) / step * step;
}

Generated generate(
    NanoLM& model,
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

  const torch::NoGradGuard no_grad;
  const auto begin = std::chrono::steady_clock::now();
  Generated result;
  Utf8Stream characters;
  const auto show = [&](const std::string& text) {
    if (text.empty()) return;
    result.text += text;
    if (on_text) on_text(text);
  };
  SlidingModel sliding(model, tokenizer.vocab_size());
  Random random(options.seed);
  while (static_cast<int64_t>(result.ids.size()) < options.max_tokens) {
    const TokenId id =
        sample_token(sliding.logits(ids), options.sampler, random);
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
