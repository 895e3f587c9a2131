#include "nanobrain/runtime/sampler.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

constexpr size_t kDrawBlock = FloatOps::kBlockLength;

/// What is drawn of a list of weights with `left` of their sum to go; the last
/// one above 0 where rounding leaves a rest. Negative where none is above 0.
template <class Weight>
int64_t draw(int64_t count, double left, const Weight& weight) {
  int64_t last = -1;
  for (int64_t i = 0; i < count; ++i) {
    const double w = weight(i);
    if (w <= 0) continue;
    last = i;
    left -= w;
    if (left < 0) break;
  }
  return last;
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

Sampler::Sampler(const SamplerOptions& options)
    : options_(options), floats_(float_ops()) {
  options.validate();
}

void Sampler::reserve(int64_t vocab_size) {
  const auto tokens = static_cast<size_t>(vocab_size);
  const size_t blocks = (tokens + kDrawBlock - 1) / kDrawBlock;
  maxima_.reserve(blocks);
  order_.reserve(blocks);
  sums_.reserve(blocks);
  if (options_.top_k == 0 && options_.top_p == 1) return;
  ids_.reserve(tokens);
  kept_.reserve(tokens);
}

std::span<const Candidate> Sampler::candidates(std::span<const float> logits) {
  look_at(logits);
  kept_.clear();
  if (options_.temperature == 0) {
    kept_.push_back({most_likely(), 1.0});
    return kept_;
  }
  if (!cuts(logits)) {
    for (size_t i = 0; i < logits.size(); ++i) {
      const auto id = static_cast<TokenId>(i);
      kept_.push_back({id, weight(id)});
    }
  } else {
    keep_top_k();
    keep_top_p();
  }
  double sum = 0;
  for (const Candidate& candidate : kept_) sum += candidate.probability;
  for (Candidate& candidate : kept_) candidate.probability /= sum;
  return kept_;
}

TokenId Sampler::sample(std::span<const float> logits, Random& random) {
  if (options_.temperature == 0 || !cuts(logits)) {
    look_at(logits);
    return options_.temperature == 0 ? most_likely() : sample_of_all(random);
  }
  const auto list = candidates(logits);
  const int64_t drawn =
      draw(std::ssize(list), random.uniform(), [&](int64_t i) {
        return list[static_cast<size_t>(i)].probability;
      });
  return list[static_cast<size_t>(drawn)].id;
}

void Sampler::look_at(std::span<const float> logits) {
  logits_ = logits;
  maxima_.resize((logits.size() + kDrawBlock - 1) / kDrawBlock);
  require<NumericError>(
      floats_.block_max(logits.data(), std::ssize(logits), maxima_.data()),
      "sample",
      "a logit is NaN or infinite: the model's weights are broken");
  maximum_ = -std::numeric_limits<float>::infinity();
  for (const float maximum : maxima_) maximum_ = std::max(maximum_, maximum);
  require<NumericError>(
      std::isfinite(maximum_), "sample", "every logit is -inf");
}

TokenId Sampler::most_likely() const {
  const auto block = std::find(maxima_.begin(), maxima_.end(), maximum_);
  const auto first = logits_.begin() + (block - maxima_.begin()) *
                                           static_cast<int64_t>(kDrawBlock);
  return static_cast<TokenId>(
      std::find(first, logits_.end(), maximum_) - logits_.begin());
}

double Sampler::weight(TokenId id) const {
  const double below =
      static_cast<double>(logits_[static_cast<size_t>(id)]) - maximum_;
  return below == 0 ? 1.0 : std::exp(below / options_.temperature);
}

bool Sampler::cuts(std::span<const float> logits) const {
  return (options_.top_k > 0 && options_.top_k < std::ssize(logits)) ||
         options_.top_p < 1;
}

void Sampler::select(size_t count) {
  float least = -std::numeric_limits<float>::infinity();
  if (count <= maxima_.size()) { // so many blocks have a logit that large
    order_ = maxima_;
    const auto nth = order_.begin() + static_cast<int64_t>(count) - 1;
    std::nth_element(order_.begin(), nth, order_.end(), std::greater<>());
    least = *nth;
  }
  ids_.clear();
  for (size_t block = 0; block < maxima_.size(); ++block) {
    if (maxima_[block] < least) continue;
    const size_t end = std::min((block + 1) * kDrawBlock, logits_.size());
    for (size_t i = block * kDrawBlock; i < end; ++i) {
      if (logits_[i] >= least) ids_.push_back(static_cast<TokenId>(i));
    }
  }
  const auto more_likely = [&](TokenId a, TokenId b) {
    const float x = logits_[static_cast<size_t>(a)];
    const float y = logits_[static_cast<size_t>(b)];
    return x != y ? x > y : a < b;
  };
  if (ids_.size() > count) {
    const auto end = ids_.begin() + static_cast<int64_t>(count);
    std::nth_element(ids_.begin(), end, ids_.end(), more_likely);
    ids_.resize(count);
  }
  std::sort(ids_.begin(), ids_.end(), more_likely);
}

void Sampler::keep_top_k() {
  if (options_.top_k == 0 || options_.top_k >= std::ssize(logits_)) return;
  select(static_cast<size_t>(options_.top_k));
  for (const TokenId id : ids_) kept_.push_back({id, weight(id)});
}

void Sampler::keep_top_p() {
  if (options_.top_p == 1) return;
  const bool of_all = kept_.empty();
  double mass = 0;
  if (of_all) {
    add_sums();
    for (const float sum : sums_) mass += sum;
  } else {
    for (const Candidate& candidate : kept_) mass += candidate.probability;
  }
  const double enough = options_.top_p * mass;
  double reached = 0;
  size_t count = 0;
  constexpr size_t kAtFirst = 64, kGrowth = 8;
  for (size_t most = kAtFirst;; most *= kGrowth) {
    if (of_all) {
      select(std::min(most, logits_.size()));
      for (size_t i = kept_.size(); i < ids_.size(); ++i) {
        kept_.push_back({ids_[i], weight(ids_[i])});
      }
    }
    while (count < kept_.size() && reached < enough) {
      reached += kept_[count++].probability;
    }
    // Rounding of the sums may keep all from being enough.
    if (reached >= enough || !of_all || count == logits_.size()) break;
  }
  kept_.resize(count);
}

void Sampler::add_sums() {
  // Within floats: 0 times -inf would be NaN.
  const double factor = std::clamp(
      1 / options_.temperature,
      static_cast<double>(std::numeric_limits<float>::min()),
      1e30);
  sums_.resize(maxima_.size());
  floats_.exp_sums(
      logits_.data(),
      std::ssize(logits_),
      maximum_,
      static_cast<float>(factor),
      sums_.data());
}

TokenId Sampler::sample_of_all(Random& random) {
  add_sums();
  const double total = std::accumulate(sums_.begin(), sums_.end(), 0.0);
  const double uniform = random.uniform();
  double before = 0; // of the block that is drawn
  double seen = 0;
  const int64_t block =
      draw(std::ssize(sums_), uniform * total, [&](int64_t i) {
        before = seen;
        seen += sums_[static_cast<size_t>(i)];
        return static_cast<double>(sums_[static_cast<size_t>(i)]);
      });
  const int64_t first = block * static_cast<int64_t>(kDrawBlock);
  const int64_t count =
      std::min<int64_t>(kDrawBlock, std::ssize(logits_) - first);
  const int64_t token = draw(count, uniform * total - before, [&](int64_t i) {
    return weight(static_cast<TokenId>(first + i));
  });
  return static_cast<TokenId>(first + token);
}

} // namespace nanobrain
