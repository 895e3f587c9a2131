#include "nanobrain/inference/loss_sum.h"

namespace nanobrain {

Json LossSum::to_json() const {
  return {
      {"nats", number_or_null(nats)},
      {"tokens", tokens},
      {"bytes", bytes},
      {"words", words},
      {"documents", documents},
      {"nats_per_token", number_or_null(nats_per_token())},
      {"perplexity", number_or_null(perplexity())},
      {"bits_per_byte", number_or_null(bits_per_byte())},
      {"word_perplexity", number_or_null(word_perplexity())}};
}

} // namespace nanobrain
