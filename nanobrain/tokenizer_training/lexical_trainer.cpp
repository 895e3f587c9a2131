#include <algorithm>
#include <memory>
#include <unordered_set>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/tokenizer/lexical_subwords.h"
#include "nanobrain/tokenizer/lexical_tokenizer.h"
#include "nanobrain/tokenizer_training/trainers.h"

namespace nanobrain {

namespace {

constexpr size_t kMostSubwordBytes = 12;
constexpr int64_t kLeastSubwordCount = 50;

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
