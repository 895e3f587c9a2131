#include "nanobrain/data/ngram_table.h"

#include <algorithm>

namespace nanobrain {

namespace {

size_t discount_index(uint32_t count) {
  return std::min<uint32_t>(count, 3) - 1;
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

  std::array<int64_t, 4> counts_of_counts{};
  for (const uint32_t count : counts_) {
    if (count <= 4) ++counts_of_counts[count - 1];
  }
  discounts_ = kneser_ney_discounts(counts_of_counts);

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

} // namespace nanobrain
