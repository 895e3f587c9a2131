#include <algorithm>
#include <memory>
#include <numeric>
#include <unordered_set>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/tokenizer/lexical_segmenter.h"
#include "nanobrain/tokenizer/lexical_tokenizer.h"
#include "nanobrain/tokenizer_training/trainers.h"

namespace nanobrain {

namespace {

constexpr size_t kMostSubwordBytes = 12;
constexpr int64_t kLeastSubwordCount = 50;

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

using ViewSet = std::unordered_set<std::string_view, WordHash>;

/// The words of a sample by count, then by bytes.
class Words {
 public:
  explicit Words(const std::vector<std::string>& sample) {
    WordCounts counts;
    for (const std::string_view text : sample) count(text, counts);
    for (const auto& [word, count] : counts) {
      if (word.size() < 2) continue;
      (word.size() <= kMaxPieceBytes ? words_ : long_words_)
          .push_back({word, count});
    }
    const auto more = [](const CountedWord& a, const CountedWord& b) {
      return a.count != b.count ? a.count > b.count : a.word < b.word;
    };
    std::ranges::sort(words_, more);
    std::ranges::sort(long_words_, more);
  }

  /// Those that may be pieces.
  std::span<const CountedWord> all() const { return words_; }
  size_t size() const { return words_.size(); }

  /// Those that are pieces whatever the parts are.
  std::span<const CountedWord> whole(size_t places) const {
    const size_t share = places / 16 * 15 + places % 16 * 15 / 16;
    return all().first(std::min(share, words_.size()));
  }

  /// The others, those too long for a piece included.
  std::vector<CountedWord> rare(size_t places) const {
    std::vector<CountedWord> rare = long_words_;
    const auto rest = all().subspan(whole(places).size());
    rare.insert(rare.end(), rest.begin(), rest.end());
    return rare;
  }

 private:
  static void count(std::string_view text, WordCounts& counts) {
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = lexical_segment_end(text, begin);
      const std::string_view segment = text.substr(begin, end - begin);
      const size_t spaces =
          std::min(segment.find_first_not_of(' '), segment.size());
      const size_t own = spaces % kLongestSpaceRun == 1 ? 1 : 0;
      const std::string_view word = segment.substr(spaces - own);
      if (is_word_byte(segment.back())) ++counts[word];
      begin = end;
    }
  }

  std::vector<CountedWord> words_;
  std::vector<CountedWord> long_words_;
};

/// Parts of rare words that are none of the whole ones.
std::vector<std::string_view> find_candidates(
    std::span<const CountedWord> rare, std::span<const CountedWord> whole) {
  ViewSet taken;
  for (const auto& [word, count] : whole) taken.insert(word);
  auto parts = frequent_parts(rare, kLeastSubwordCount, kMostSubwordBytes);
  std::erase_if(
      parts, [&](std::string_view part) { return taken.contains(part); });
  return parts;
}

/// Words and parts of words that there are for so many places.
size_t available(const Words& words, size_t places) {
  return words.size() + find_candidates(words.rare(places), words.all()).size();
}

/// The largest number of places that can be filled; `places` cannot. More
/// places leave fewer rare words, and so no more parts.
size_t most_places(const Words& words, size_t places) {
  size_t most = words.size();
  while (most + 1 < places) {
    const size_t middle = most + (places - most) / 2;
    (available(words, middle) >= middle ? most : places) = middle;
  }
  return most;
}

/// The learned pieces; fewer where the words are too few.
std::vector<std::string_view> choose_pieces(const Words& words, size_t places) {
  const auto whole = words.whole(places);
  const auto rare = words.rare(places);
  std::vector<std::string_view> pieces;
  for (const auto& [word, count] : whole) pieces.push_back(word);
  for (const auto part : choose_subwords(
           find_candidates(rare, whole), whole, rare, places - whole.size())) {
    pieces.push_back(part);
  }
  ViewSet taken(pieces.begin(), pieces.end());
  for (const auto& [word, count] : words.all().subspan(whole.size())) {
    if (pieces.size() == places) break;
    if (taken.insert(word).second) pieces.push_back(word);
  }
  return pieces;
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

Trained train_lexical(
    const Sample& sample, int64_t vocab_size, Progress& progress) {
  const Words words(sample);
  require(
      words.size() > 0,
      "tokenizer train",
      "there is no word to learn; give other inputs or a larger sample");
  progress.log(fmt::format(
      "choosing {} pieces out of {} distinct words",
      format_count(vocab_size),
      format_count(static_cast<int64_t>(words.size()))));

  const auto places = static_cast<size_t>(vocab_size - kLexicalFixedPieces);
  const auto pieces = choose_pieces(words, places);
  if (pieces.size() < places) {
    const auto most = static_cast<int64_t>(most_places(words, places));
    require_enough("words", kLexicalFixedPieces + most, vocab_size);
  }
  LexicalVocabulary vocabulary = lexical_base_pieces();
  for (const auto piece : pieces) {
    vocabulary.push_back({LexicalKind::learned, std::string(piece)});
  }
  vocabulary.push_back({LexicalKind::control, ""});
  const auto tokenizer =
      std::make_shared<const LexicalTokenizer>(std::move(vocabulary));
  return {tokenizer, tokenizer->model_bytes()};
}

} // namespace nanobrain
