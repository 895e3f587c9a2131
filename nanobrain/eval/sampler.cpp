#include "nanobrain/eval/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

float checked_maximum(std::span<const float> logits) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  float maximum = -kInfinity;
  for (const float logit : logits) {
    require(
        !std::isnan(logit) && logit != kInfinity,
        "sample",
        "a logit is NaN or infinite: the model's weights are broken");
    maximum = std::max(maximum, logit);
  }
  require(maximum > -kInfinity, "sample", "every logit is -inf");
  return maximum;
}

/// Divides by the sum.
void normalise(std::vector<Candidate>& list) {
  double sum = 0;
  for (const auto& candidate : list) sum += candidate.probability;
  for (auto& candidate : list) candidate.probability /= sum;
}

} // namespace

void SamplerOptions::validate() const {
  require<UsageError>(
      temperature >= 0 && std::isfinite(temperature),
      "sample",
      "temperature is {}; it must be 0 (the most likely token) or more",
      temperature);
  require<UsageError>(
      top_k >= 0, "sample", "top_k is {}; it must be 0 (off) or more", top_k);
  require<UsageError>(
      top_p > 0 && top_p <= 1,
      "sample",
      "top_p is {}; it must be over 0 and at most 1 (off)",
      top_p);
}

std::vector<Candidate> candidates(
    std::span<const float> logits, const SamplerOptions& options) {
  const float maximum = checked_maximum(logits);
  if (options.temperature == 0) {
    const auto best = std::find(logits.begin(), logits.end(), maximum);
    return {{static_cast<TokenId>(best - logits.begin()), 1.0}};
  }
  // Unnormalised probabilities; the largest is 1.
  const auto weight = [&](TokenId id) {
    const double below =
        static_cast<double>(logits[static_cast<size_t>(id)]) - maximum;
    return below == 0 ? 1.0 : std::exp(below / options.temperature);
  };
  std::vector<TokenId> ids(logits.size());
  std::iota(ids.begin(), ids.end(), 0);
  std::vector<Candidate> kept;
  const bool cut_k =
      options.top_k > 0 && options.top_k < static_cast<int64_t>(logits.size());
  if (!cut_k && options.top_p == 1) {
    for (const TokenId id : ids) kept.push_back({id, weight(id)});
    normalise(kept);
    return kept;
  }

  // A heap gives the most likely tokens without sorting the vocabulary.
  const auto less_likely = [&](TokenId a, TokenId b) {
    const float x = logits[static_cast<size_t>(a)];
    const float y = logits[static_cast<size_t>(b)];
    return x != y ? x < y : a > b;
  };
  std::make_heap(ids.begin(), ids.end(), less_likely);
  auto heap_end = ids.end();
  const auto pop = [&] {
    std::pop_heap(ids.begin(), heap_end, less_likely);
    return *--heap_end;
  };

  double mass = 0; // of what top_k keeps
  if (cut_k) {
    for (int64_t i = 0; i < options.top_k; ++i) {
      const TokenId id = pop();
      kept.push_back({id, weight(id)});
      mass += kept.back().probability;
    }
  } else {
    for (const TokenId id : ids) mass += weight(id);
  }
  if (options.top_p < 1) {
    double reached = 0;
    size_t count = 0;
    while (reached < options.top_p * mass) {
      if (count == kept.size()) {
        if (heap_end == ids.begin() || cut_k) break; // rounding of the sums
        const TokenId id = pop();
        kept.push_back({id, weight(id)});
      }
      reached += kept[count++].probability;
    }
    kept.resize(count);
  }
  normalise(kept);
  return kept;
}

TokenId sample_token(
    std::span<const float> logits,
    const SamplerOptions& options,
    Random& random) {
  const auto list = candidates(logits, options);
  if (options.temperature == 0) return list.front().id;
  double left = random.uniform();
  for (const auto& candidate : list) {
    left -= candidate.probability;
    if (left < 0) return candidate.id;
  }
  // The probabilities add up to 1 but for rounding: the last one possible.
  const auto last = std::find_if(list.rbegin(), list.rend(), [](const auto& c) {
    return c.probability > 0;
  });
  return last->id;
}

} // namespace nanobrain
