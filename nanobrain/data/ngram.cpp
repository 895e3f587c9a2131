#include "nanobrain/data/ngram.h"

#include <algorithm>
#include <limits>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

// The lowest order of Kneser-Ney: discounted counts over the uniform.
std::vector<double> smooth_with_uniform(std::vector<uint32_t> counts) {
  const auto size = static_cast<uint32_t>(counts.size());
  const DiscountedCounts discounted(std::move(counts), {0, size});
  std::vector<double> smoothed(size);
  for (uint32_t id = 0; id < size; ++id) {
    smoothed[id] = discounted.interpolate(0, id, 1.0 / size);
  }
  return smoothed;
}

} // namespace

/// The tokens to count, one part after another.
class NgramModel::Stream {
 public:
  Stream(int64_t vocab_size, TokenId end_of_text)
      : vocab_size(vocab_size), end_of_text(end_of_text) {
    constexpr int64_t kMost = int64_t{1} << NgramTable::kTokenBits;
    require(
        vocab_size > 0 && vocab_size <= kMost,
        "ngram",
        "counts vocabularies of 1 to {} ids, but this one has {}",
        kMost,
        vocab_size);
    counts.assign(static_cast<size_t>(vocab_size), 0);
  }

  void reserve(int64_t size) {
    require(
        size < std::numeric_limits<uint32_t>::max(),
        "ngram",
        "counts fewer than 2^32 tokens, but there are {}; limit them",
        size);
    ids.reserve(static_cast<size_t>(size));
    depths.reserve(static_cast<size_t>(size));
  }
  /// Begins a part with a token that is not counted, or with none.
  void begin(TokenId before, int64_t position) {
    depth_ = 0;
    if (before >= 0) push(before, position);
  }
  void add(TokenId token, int64_t position) {
    push(token, position);
    ++counts[static_cast<size_t>(token)];
    ++tokens;
  }

  int64_t vocab_size;
  TokenId end_of_text;
  int64_t tokens = 0;           // counted
  std::vector<uint32_t> counts; // of each id
  std::vector<uint32_t> ids;
  std::vector<uint8_t> depths; // tokens of the part up to here, if few

 private:
  void push(TokenId token, int64_t position) {
    require(
        token >= 0 && token < vocab_size,
        "ngram",
        "token {} of the stream is {}, outside the vocabulary of {}",
        position,
        token,
        vocab_size);
    depth_ = std::min(depth_ + 1, kHighest);
    ids.push_back(static_cast<uint32_t>(token));
    depths.push_back(static_cast<uint8_t>(depth_));
  }

  int depth_ = 0;
};

NgramModel::NgramModel(const Stream& stream)
    : vocab_size_(stream.vocab_size),
      end_of_text_(stream.end_of_text),
      tokens_(stream.tokens),
      unigram_counts_(stream.counts) {
  require(tokens_ > 0, "ngram", "no tokens to count; give a longer token file");
  // Of the n-gram that ends at each position: its index in the table of n.
  std::vector<uint32_t> ending = stream.ids;
  auto contexts = static_cast<size_t>(vocab_size_);
  for (int n = 2; n <= kHighest; ++n) {
    const auto is_one = [&](uint8_t depth) { return depth >= n; };
    std::vector<NgramTable::Occurrence> ngrams;
    ngrams.reserve(
        static_cast<size_t>(std::ranges::count_if(stream.depths, is_one)));
    for (size_t i = 1; i < ending.size(); ++i) {
      if (!is_one(stream.depths[i])) continue;
      ngrams.emplace_back(
          ending[i - 1], stream.ids[i], static_cast<uint32_t>(i));
    }
    NgramTable& table = tables_[static_cast<size_t>(n)];
    table = NgramTable(std::move(ngrams), contexts, ending);
    contexts = table.size();
    if (n == 2) {
      continuation_ = smooth_with_uniform(table.take_left_counts());
    } else {
      tables_[static_cast<size_t>(n - 1)].set_left_counts(
          table.take_left_counts());
    }
  }
}

NgramModel NgramModel::count(
    std::span<const TokenId> tokens, int64_t vocab_size, TokenId end_of_text) {
  Stream stream(vocab_size, end_of_text);
  stream.reserve(std::ssize(tokens) + 1);
  stream.begin(end_of_text, -1);
  int64_t position = 0;
  for (const TokenId token : tokens) stream.add(token, position++);
  return NgramModel(stream);
}

NgramModel NgramModel::count(const TokenFile& file, int64_t max_tokens) {
  Stream stream(
      file.info().vocab_size, static_cast<TokenId>(file.info().end_of_text));
  const int64_t size =
      max_tokens < 0 ? file.size() : std::min(file.size(), max_tokens);
  stream.reserve(size + 1);
  stream.begin(stream.end_of_text, -1);
  for (int64_t i = 0; i < size; ++i) stream.add(file[i], i);
  return NgramModel(stream);
}

NgramModel NgramModel::count(
    const TokenFile& file, std::span<const TokenRange> ranges) {
  Stream stream(
      file.info().vocab_size, static_cast<TokenId>(file.info().end_of_text));
  int64_t size = 0;
  for (const auto& [begin, end] : ranges) size += end - begin;
  stream.reserve(size);
  for (const auto& [begin, end] : ranges) {
    stream.begin(file[begin], begin);
    for (int64_t i = begin + 1; i < end; ++i) stream.add(file[i], i);
  }
  return NgramModel(stream);
}

NgramModel::History NgramModel::start() const {
  History history;
  if (end_of_text_ >= 0) next(history, end_of_text_);
  return history;
}

NgramModel::Probabilities NgramModel::next(
    History& history, TokenId token) const {
  require(
      token >= 0 && token < vocab_size_,
      "ngram",
      "token {} is outside the vocabulary of {}",
      token,
      vocab_size_);
  const auto id = static_cast<uint32_t>(token);
  const double size = static_cast<double>(vocab_size_);
  Probabilities p;
  p[0] = 1.0 / size;
  p[1] = (unigram_counts_[id] + 1.0) / (static_cast<double>(tokens_) + size);
  double lower = continuation_[id];
  History after{.length = std::min(history.length + 1, kHighest - 1)};
  after.ends[1] = id;
  for (size_t n = 2; n <= kHighest; ++n) {
    if (history.length + 1 < static_cast<int>(n)) {
      p[n] = p[n - 1];
      continue;
    }
    const NgramTable& table = tables_[n];
    const auto context = history.ends[n - 1];
    if (context) after.ends[n] = table.find(*context, id);
    const auto over = [&](const DiscountedCounts& counts) {
      return context ? counts.interpolate(*context, after.ends[n], lower)
                     : lower;
    };
    p[n] = over(table.occurrences());
    if (n < kHighest) lower = over(table.continuations());
  }
  history = after;
  return p;
}

double NgramModel::probability(
    int order, std::span<const TokenId> context, TokenId token) const {
  const auto most = std::min<size_t>(context.size(), kHighest - 1);
  History history;
  for (const TokenId id : context.last(most)) next(history, id);
  return next(
      history, token)[static_cast<size_t>(std::clamp(order, 0, kHighest))];
}

} // namespace nanobrain
