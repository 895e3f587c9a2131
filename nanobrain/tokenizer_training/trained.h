// What the training of a tokenizer gives.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace nanobrain {

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
