#include "nanobrain/data/ngram_table.h"

#include <algorithm>
#include <utility>

namespace nanobrain {

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

DiscountedCounts::DiscountedCounts(
    std::vector<uint32_t> counts, const std::vector<uint32_t>& begins)
    : counts_(std::move(counts)),
      totals_(begins.size() - 1, 0),
      freed_(begins.size() - 1, 0.0) {
  std::array<int64_t, 4> counts_of_counts{};
  for (const uint32_t count : counts_) {
    if (count >= 1 && count <= 4) ++counts_of_counts[count - 1];
  }
  discounts_ = kneser_ney_discounts(counts_of_counts);
  for (size_t context = 0; context < totals_.size(); ++context) {
    for (uint32_t i = begins[context]; i < begins[context + 1]; ++i) {
      if (counts_[i] == 0) continue;
      totals_[context] += counts_[i];
      freed_[context] += discounts_[std::min<uint32_t>(counts_[i], 3) - 1];
    }
  }
}

double DiscountedCounts::interpolate(
    uint32_t context, std::optional<uint32_t> entry, double lower) const {
  const double total = totals_[context];
  if (total == 0) return lower;
  const uint32_t count = entry ? counts_[*entry] : 0;
  const double kept =
      count > 0 ? count - discounts_[std::min<uint32_t>(count, 3) - 1] : 0.0;
  return kept / total + freed_[context] / total * lower;
}

NgramTable::NgramTable(
    std::vector<Occurrence> occurrences,
    size_t contexts,
    std::vector<uint32_t>& ending)
    : begins_(contexts + 1, 0), left_counts_(contexts, 0) {
  std::ranges::sort(occurrences, {}, &Occurrence::key);
  size_t distinct = 0; // counted first: a vector that grows is held twice
  for (size_t i = 0; i < occurrences.size(); ++i) {
    distinct += i == 0 || occurrences[i].key != occurrences[i - 1].key;
  }
  tokens_.reserve(distinct);
  std::vector<uint32_t> counts;
  counts.reserve(distinct);
  for (size_t i = 0; i < occurrences.size(); ++i) {
    const auto [key, position] = occurrences[i];
    if (i == 0 || key != occurrences[i - 1].key) {
      tokens_.push_back(key & ((uint64_t{1} << kTokenBits) - 1));
      counts.push_back(0);
      ++begins_[(key >> kTokenBits) + 1];
      ++left_counts_[ending[position]]; // the n-gram without its first token
    }
    ++counts.back();
    ending[position] = static_cast<uint32_t>(counts.size() - 1);
  }
  for (size_t c = 0; c < contexts; ++c) begins_[c + 1] += begins_[c];
  occurrences_ = DiscountedCounts(std::move(counts), begins_);
}

std::optional<uint32_t> NgramTable::find(
    uint32_t context, uint32_t token) const {
  const auto begin = tokens_.begin() + begins_[context];
  const auto end = tokens_.begin() + begins_[context + 1];
  const auto found = std::lower_bound(begin, end, token);
  if (found == end || *found != token) return std::nullopt;
  return static_cast<uint32_t>(found - tokens_.begin());
}

void NgramTable::set_left_counts(std::vector<uint32_t> counts) {
  continuations_ = DiscountedCounts(std::move(counts), begins_);
}

} // namespace nanobrain
