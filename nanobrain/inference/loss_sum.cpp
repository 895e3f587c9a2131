#include "nanobrain/inference/loss_sum.h"

#include <cmath>
#include <numbers>

namespace nanobrain {

LossSum& LossSum::operator+=(const LossSum& other) {
  nats += other.nats;
  tokens += other.tokens;
  bytes += other.bytes;
  words += other.words;
  documents += other.documents;
  return *this;
}

double LossSum::nats_per_token() const {
  return nats / static_cast<double>(tokens);
}

double LossSum::perplexity() const {
  return std::exp(nats_per_token());
}

double LossSum::bits_per_byte() const {
  return nats / std::numbers::ln2 / static_cast<double>(bytes);
}

double LossSum::word_perplexity() const {
  return std::exp(nats / static_cast<double>(words));
}

Json LossSum::to_json() const {
  const auto finite = [](double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
  };
  return {
      {"nats", finite(nats)},
      {"tokens", tokens},
      {"bytes", bytes},
      {"words", words},
      {"documents", documents},
      {"nats_per_token", finite(nats_per_token())},
      {"perplexity", finite(perplexity())},
      {"bits_per_byte", finite(bits_per_byte())},
      {"word_perplexity", finite(word_perplexity())}};
}

} // namespace nanobrain
