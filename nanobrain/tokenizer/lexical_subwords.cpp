#include "nanobrain/tokenizer/lexical_subwords.h"

#include <algorithm>
#include <numeric>

#include "nanobrain/base/interrupt.h"
#include "nanobrain/tokenizer/lexical_segmenter.h"

namespace nanobrain {

namespace {

/// The beginning of the rest of a word from one of its places on.
struct Rest {
  std::string_view bytes;
  int64_t count = 0;
};

/// Adds the frequent beginnings of more than `depth` bytes. The rests share
/// their first `depth` and are sorted.
void add_frequent(
    std::span<const Rest> rests,
    size_t depth,
    int64_t least_count,
    std::vector<std::string_view>& parts) {
  size_t begin = 0;
  while (begin < rests.size() && rests[begin].bytes.size() == depth) ++begin;
  while (begin < rests.size()) {
    const char byte = rests[begin].bytes[depth];
    int64_t count = 0;
    size_t end = begin;
    for (; end < rests.size() && rests[end].bytes[depth] == byte; ++end) {
      count += rests[end].count;
    }
    if (count >= least_count) {
      if (depth > 0) parts.push_back(rests[begin].bytes.substr(0, depth + 1));
      add_frequent(
          rests.subspan(begin, end - begin), depth + 1, least_count, parts);
    }
    begin = end;
  }
}

/// Tokens saved by each candidate, in their order.
std::vector<int64_t> find_savings(
    std::span<const std::string_view> candidates,
    std::span<const CountedWord> whole_words,
    std::span<const CountedWord> rare_words) {
  constexpr size_t kBytes = 256; // the ids before the candidates
  std::vector<LexicalSegmenter::Entry> pieces;
  pieces.reserve(candidates.size() + whole_words.size());
  const auto add = [&pieces](std::string_view bytes) {
    pieces.push_back({bytes, static_cast<TokenId>(kBytes + pieces.size())});
  };
  std::ranges::for_each(candidates, add);
  std::ranges::for_each(whole_words, add, &CountedWord::word);
  const LexicalSegmenter segmenter(std::move(pieces));

  std::vector<int64_t> savings(candidates.size(), 0);
  std::vector<TokenId> ids;
  for (const auto& [word, count] : rare_words) {
    ids.clear();
    segmenter.append(word, ids);
    for (const TokenId id : ids) {
      const size_t index = static_cast<size_t>(id) - kBytes;
      if (index < savings.size()) savings[index] += count;
    }
  }
  for (size_t i = 0; i < savings.size(); ++i) {
    ids.clear();
    segmenter.append(candidates[i], ids, candidates[i].size() - 1);
    savings[i] *= static_cast<int64_t>(ids.size()) - 1;
  }
  return savings;
}

} // namespace

std::vector<std::string_view> frequent_parts(
    std::span<const CountedWord> words,
    int64_t least_count,
    size_t most_bytes) {
  std::vector<std::string_view> parts;
  std::vector<Rest> rests;
  // One first byte at a time, so that not all rests are in memory at once.
  for (int first = 0; first < 256; ++first) {
    if (kWordSymbols[static_cast<size_t>(first)] < 0) continue;
    rests.clear();
    for (const auto& [word, count] : words) {
      for (size_t at = 0; at < word.size(); ++at) {
        if (static_cast<uint8_t>(word[at]) != first) continue;
        rests.push_back({word.substr(at, most_bytes), count});
      }
    }
    std::ranges::sort(rests, {}, &Rest::bytes);
    add_frequent(rests, 0, least_count, parts);
  }
  return parts;
}

std::vector<std::string_view> choose_subwords(
    std::vector<std::string_view> candidates,
    std::span<const CountedWord> whole_words,
    std::span<const CountedWord> rare_words,
    size_t places) {
  for (;;) {
    check_interrupted();
    const auto savings = find_savings(candidates, whole_words, rare_words);
    std::vector<size_t> order(candidates.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, [&](size_t a, size_t b) {
      return savings[a] != savings[b] ? savings[a] > savings[b]
                                      : candidates[a] < candidates[b];
    });
    const bool last = candidates.size() <= places;
    if (!last) order.resize(std::max(places, candidates.size() / 2));
    std::vector<std::string_view> kept;
    for (const size_t i : order) kept.push_back(candidates[i]);
    candidates = std::move(kept);
    if (last) return candidates;
  }
}

} // namespace nanobrain
