#include "nanobrain/data/ngram.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

size_t discount_index(uint32_t count) {
  return std::min<uint32_t>(count, 3) - 1;
}

uint64_t append(uint64_t context, TokenId token) {
  return context << kNgramTokenBits | static_cast<uint64_t>(token);
}

// How many distinct tokens stand before each token.
std::vector<uint32_t> count_left_contexts(
    const NgramTable& bigrams, int64_t vocab_size) {
  std::vector<uint32_t> counts(vocab_size, 0);
  for (const uint64_t key : bigrams.keys()) {
    ++counts[key & ((uint64_t{1} << kNgramTokenBits) - 1)];
  }
  return counts;
}

// How many n-grams were seen once, twice, three and four times.
std::array<int64_t, 4> count_counts(const std::vector<uint32_t>& counts) {
  std::array<int64_t, 4> counts_of_counts{};
  for (const uint32_t count : counts) {
    if (count >= 1 && count <= 4) ++counts_of_counts[count - 1];
  }
  return counts_of_counts;
}

// The lowest order of Kneser-Ney: discounted counts over the uniform.
std::vector<double> smooth_with_uniform(const std::vector<uint32_t>& counts) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  const double uniform = 1.0 / static_cast<double>(counts.size());
  std::vector<double> smoothed(counts.size(), uniform);
  if (total == 0) return smoothed;
  const auto discounts = kneser_ney_discounts(count_counts(counts));
  double freed = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) {
      smoothed[i] = 0.0;
      continue;
    }
    const double discount = discounts[discount_index(counts[i])];
    smoothed[i] = (counts[i] - discount) / total;
    freed += discount / total;
  }
  for (double& p : smoothed) p += freed * uniform;
  return smoothed;
}

double interpolate(
    const NgramTable& table, uint64_t context, TokenId token, double lower) {
  const auto* seen = table.find_context(context);
  if (!seen) return lower;
  return table.discounted(*seen, token) + seen->backoff * lower;
}

} // namespace

std::array<double, 3> kneser_ney_discounts(
    const std::array<int64_t, 4>& counts_of_counts) {
  std::array<double, 4> n;
  std::copy(counts_of_counts.begin(), counts_of_counts.end(), n.begin());
  const bool has_ney = n[0] > 0 && n[1] > 0;
  const double ney = has_ney ? n[0] / (n[0] + 2 * n[1]) : 0.5;
  std::array<double, 3> discounts;
  for (size_t i = 0; i < discounts.size(); ++i) {
    const double count = static_cast<double>(i + 1);
    const double discount =
        n[i] > 0 ? count - (count + 1) * ney * n[i + 1] / n[i] : 0.0;
    discounts[i] = has_ney && discount > 0 ? discount : ney;
  }
  return discounts;
}

NgramTable::NgramTable(std::vector<uint64_t> keys) : keys_(std::move(keys)) {
  std::sort(keys_.begin(), keys_.end());
  // Counted before anything is allocated: the tables of a large corpus are what
  // memory goes to, and growing a vector would double them.
  size_t ngrams = 0;
  size_t contexts = 0;
  for (size_t i = 0; i < keys_.size(); ++i) {
    ngrams += i == 0 || keys_[i] != keys_[i - 1];
    contexts += i == 0 ||
                keys_[i] >> kNgramTokenBits != keys_[i - 1] >> kNgramTokenBits;
  }
  counts_.reserve(ngrams);
  for (size_t i = 0; i < keys_.size(); ++i) {
    if (i == 0 || keys_[i] != keys_[counts_.size() - 1]) {
      keys_[counts_.size()] = keys_[i];
      counts_.push_back(1);
    } else {
      ++counts_.back();
    }
  }
  keys_.resize(ngrams);
  keys_.shrink_to_fit();

  discounts_ = kneser_ney_discounts(count_counts(counts_));

  contexts_.reserve(contexts + 1);
  for (size_t i = 0; i < ngrams; ++i) {
    const uint64_t key = keys_[i] >> kNgramTokenBits;
    if (contexts_.empty() || contexts_.back().key != key) {
      contexts_.push_back({key, static_cast<uint32_t>(i), 0, 0.0});
    }
    contexts_.back().total += counts_[i];
    contexts_.back().backoff += discounts_[discount_index(counts_[i])];
  }
  for (Context& context : contexts_) context.backoff /= context.total;
  contexts_.push_back({~uint64_t{0}, static_cast<uint32_t>(ngrams), 0, 0.0});
}

const NgramTable::Context* NgramTable::find_context(uint64_t context) const {
  const auto found = std::lower_bound(
      contexts_.begin(),
      contexts_.end(),
      context,
      [](const Context& entry, uint64_t key) { return entry.key < key; });
  if (found == contexts_.end() || found->key != context || found->total == 0) {
    return nullptr;
  }
  return &*found;
}

double NgramTable::discounted(const Context& context, uint64_t token) const {
  const uint64_t key = context.key << kNgramTokenBits | token;
  const auto begin = keys_.begin() + context.begin;
  const auto end = keys_.begin() + (&context + 1)->begin;
  const auto found = std::lower_bound(begin, end, key);
  if (found == end || *found != key) return 0.0;
  const uint32_t count = counts_[found - keys_.begin()];
  return (count - discounts_[discount_index(count)]) / context.total;
}

template <class TokenAt>
void NgramModel::count_stream(int64_t size, TokenAt token_at) {
  require(size > 0, "ngram", "no tokens to count; give a longer token file");
  require(
      vocab_size_ > 0 && vocab_size_ <= int64_t{1} << kNgramTokenBits,
      "ngram",
      "counts vocabularies of 1 to {} ids, but this one has {}",
      int64_t{1} << kNgramTokenBits,
      vocab_size_);
  require(
      size < std::numeric_limits<uint32_t>::max(),
      "ngram",
      "counts fewer than 2^32 tokens, but there are {}; limit them",
      size);
  tokens_ = size;
  unigram_counts_.assign(vocab_size_, 0);
  for (int64_t i = 0; i < size; ++i) {
    const TokenId token = token_at(i);
    require(
        token >= 0 && token < vocab_size_,
        "ngram",
        "token {} of the stream is {}, outside the vocabulary of {}",
        i,
        token,
        vocab_size_);
    ++unigram_counts_[token];
  }

  // The keys of all n-grams of n tokens, those over the start included.
  const auto ngrams = [&](int n) {
    std::vector<uint64_t> keys;
    keys.reserve(size);
    const uint64_t mask = (uint64_t{1} << kNgramTokenBits * n) - 1;
    uint64_t key = 0;
    int seen = 0; // tokens in `key`
    if (end_of_text_ >= 0) {
      key = append(key, end_of_text_);
      ++seen;
    }
    for (int64_t i = 0; i < size; ++i) {
      key = append(key, token_at(i)) & mask;
      if (++seen >= n) keys.push_back(key);
    }
    return keys;
  };
  bigrams_ = NgramTable(ngrams(2));
  trigrams_ = NgramTable(ngrams(3));
  std::vector<uint64_t> endings;
  endings.reserve(trigrams_.keys().size());
  for (const uint64_t key : trigrams_.keys()) {
    endings.push_back(key & ((uint64_t{1} << 2 * kNgramTokenBits) - 1));
  }
  bigram_continuations_ = NgramTable(std::move(endings));
  continuation_ =
      smooth_with_uniform(count_left_contexts(bigrams_, vocab_size_));
}

NgramModel NgramModel::count(
    std::span<const TokenId> tokens, int64_t vocab_size, TokenId end_of_text) {
  NgramModel model;
  model.vocab_size_ = vocab_size;
  model.end_of_text_ = end_of_text;
  model.count_stream(static_cast<int64_t>(tokens.size()), [&](int64_t i) {
    return tokens[i];
  });
  return model;
}

NgramModel NgramModel::count(const TokenFile& file, int64_t max_tokens) {
  NgramModel model;
  model.vocab_size_ = file.info().vocab_size;
  model.end_of_text_ = static_cast<TokenId>(file.info().end_of_text);
  model.count_stream(
      max_tokens < 0 ? file.size() : std::min(file.size(), max_tokens),
      [&](int64_t i) { return file[i]; });
  return model;
}

double NgramModel::probability(
    int order, std::span<const TokenId> context, TokenId token) const {
  require(
      token >= 0 && token < vocab_size_,
      "ngram",
      "token {} is outside the vocabulary of {}",
      token,
      vocab_size_);
  const double size = static_cast<double>(vocab_size_);
  if (order <= 0) return 1.0 / size;
  order = std::min<int>(order, 1 + static_cast<int>(context.size()));
  if (order == 1) {
    return (unigram_counts_[token] + 1.0) /
           (static_cast<double>(tokens_) + size);
  }
  const TokenId last = context[context.size() - 1];
  if (order == 2) {
    return interpolate(bigrams_, last, token, continuation_[token]);
  }
  const double lower =
      interpolate(bigram_continuations_, last, token, continuation_[token]);
  const TokenId before = context[context.size() - 2];
  return interpolate(trigrams_, append(before, last), token, lower);
}

NgramScorer::NgramScorer(const NgramModel& model) : model_(model) {
  if (model.end_of_text() >= 0) context_.push_back(model.end_of_text());
}

void NgramScorer::add(std::span<const TokenId> ids) {
  for (const TokenId token : ids) {
    if (context_.empty()) {
      context_.push_back(token);
      continue;
    }
    losses_.uniform -= std::log(model_.probability(0, context_, token));
    losses_.unigram -= std::log(model_.probability(1, context_, token));
    losses_.bigram -= std::log(model_.probability(2, context_, token));
    losses_.trigram -= std::log(model_.probability(3, context_, token));
    ++losses_.tokens;
    if (context_.size() == 2) context_.erase(context_.begin());
    context_.push_back(token);
  }
}

} // namespace nanobrain
