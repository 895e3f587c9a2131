#include "nanobrain/inference/measure.h"

#include <chrono>

namespace nanobrain {

namespace {

/// Seconds of call() in each repetition.
template <class Call>
std::vector<double> measure_calls(
    const ClockOptions& clock, const Preparation& prepare, const Call& call) {
  return repeat(clock, [&] {
    if (prepare) prepare();
    const Stopwatch watch;
    call();
    return watch.seconds();
  });
}

} // namespace

std::vector<double> measure_forward(
    Predictor& predictor,
    std::span<const TokenId> ids,
    int64_t vocab_size,
    const ClockOptions& clock,
    const Preparation& prepare) {
  std::vector<float> logits(ids.size() * static_cast<size_t>(vocab_size));
  return measure_calls(
      clock, prepare, [&] { predictor.forward(ids, logits.data()); });
}

std::vector<double> measure_prompt(
    Predictor& predictor,
    std::span<const TokenId> ids,
    const ClockOptions& clock,
    const Preparation& prepare) {
  return measure_calls(clock, prepare, [&] {
    predictor.reset();
    predictor.feed(ids);
    predictor.logits();
  });
}

GenerationSeconds measure_generation(
    Predictor& predictor,
    std::span<const TokenId> prompt,
    int64_t tokens,
    const ClockOptions& clock,
    const Preparation& prepare) {
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;
  const auto texts = repeat(clock, [&] {
    std::vector<double> seconds;
    seconds.reserve(static_cast<size_t>(tokens));
    predictor.reset();
    predictor.feed(prompt);
    TokenId id = predictor.argmax();
    if (prepare) prepare();
    auto before = Clock::now();
    for (int64_t i = 0; i < tokens; ++i) {
      predictor.feed({&id, 1});
      id = predictor.argmax();
      const auto after = Clock::now();
      seconds.push_back(Seconds(after - before).count());
      before = after;
    }
    return seconds;
  });
  GenerationSeconds result;
  for (const std::vector<double>& text : texts) {
    double total = 0;
    for (const double seconds : text) total += seconds;
    result.texts.push_back(total);
    result.tokens.insert(result.tokens.end(), text.begin(), text.end());
  }
  return result;
}

} // namespace nanobrain
