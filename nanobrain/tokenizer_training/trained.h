// What the training of a tokenizer takes and gives.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nanobrain {

struct TokenizerTraining {
  /// "sentencepiece" or "lexical": their trainers say what they learn
  std::string kind = "sentencepiece";
  /// ids in all, with those that every tokenizer of the kind has
  int64_t vocab_size = 32'294;
  /// text to train on: a uniform sample of the documents of this size; absent:
  /// the kind's own default
  std::optional<int64_t> sample_bytes = {};
  /// picks the sample
  uint64_t seed = 42;
};

/// A tokenizer with its size and count of the sample that it was trained on.
template <class T>
struct Trained {
  std::shared_ptr<const T> tokenizer;
  int64_t sample_bytes = 0;
  int64_t sample_tokens = 0;

  double bytes_per_token() const {
    return static_cast<double>(sample_bytes) /
           static_cast<double>(sample_tokens);
  }
};

/// Measures a tokenizer on its sample.
template <class T>
Trained<T> measure_trained(
    std::shared_ptr<const T> tokenizer,
    const std::vector<std::string>& sample) {
  Trained<T> trained{std::move(tokenizer)};
  for (const auto& text : sample) {
    trained.sample_bytes += static_cast<int64_t>(text.size());
    trained.sample_tokens +=
        static_cast<int64_t>(trained.tokenizer->encode(text).size());
  }
  return trained;
}

} // namespace nanobrain
