// What learns the pieces of each kind of tokenizer from a sample.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/tokenizer/lexical_vocabulary.h"
#include "nanobrain/tokenizer_training/tokenizer_trainer.h"

namespace nanobrain {

using Sample = std::vector<std::string>; // passages of documents

/// Passages of all documents where they come to no more than `max_bytes`, a
/// uniform sample of them, of at most that size, otherwise. Passages are
/// documents, long ones cut before spaces or line ends about every 16 KiB.
/// Each passage draws a number from (seed, its place in the stream) and those
/// with the smallest stay (bottom-k sampling), so that one pass suffices,
/// memory is bounded by `max_bytes`, and the same stream gives the same sample.
Sample sample_documents(
    const NextDocument& next, int64_t max_bytes, uint64_t seed);

struct WordHash {
  size_t operator()(std::string_view word) const { return hash64(word); }
};
using WordCounts = std::unordered_map<std::string_view, int64_t, WordHash>;

/// A word begins with its space (one each) or at the start of a line and
/// contains no character that is to stay out of all pieces: line ends, tabs,
/// NUL, and U+2581 and U+2585, which SentencePiece uses itself. Longer words
/// than 1,024 bytes are cut. The keys are views of `texts` (valid UTF-8).
WordCounts count_words(std::span<const std::string> texts);

/// <unk>, the end of text and the 256 bytes.
inline constexpr int64_t kSentencePieceFixedPieces = 258;

/// A model that gives every text back byte for byte: BPE with byte fallback,
/// without normalisation or dummy prefix. Line ends and tabs are byte pieces:
/// one token each. The same sample gives the same bytes: 32 MB of prose take
/// 75 s of one core and 340 MB of memory for 32,294 pieces. Error if the
/// sample is empty or too small for so many pieces (the message names the
/// largest number possible) or has more characters than pieces.
Trained train_sentencepiece(
    const Sample& sample, int64_t vocab_size, Progress& progress);

/// A word, with its leading space where it has one, and how often it was seen.
struct CountedWord {
  std::string_view word;
  int64_t count = 0;
};

/// What is seen at least `least_count` times in the words (a word as often as
/// its count) and has from 2 to `most_bytes` bytes: views of the words, in the
/// order of the bytes.
std::vector<std::string_view> frequent_parts(
    std::span<const CountedWord> words, int64_t least_count, size_t most_bytes);

/// The `places` candidates that save the most tokens in spelling the rare words
/// beside `whole_words`, the best first; fewer where there are fewer.
///
/// As in the pruning of unigram models (Kudo 2018): all rare words are
/// segmented with all candidates, those go that save the least, and so on until
/// the places are left; half of the candidates at a time. A candidate saves its
/// uses times the tokens that it takes to spell it itself, less one. Ties: by
/// bytes.
std::vector<std::string_view> choose_subwords(
    std::vector<std::string_view> candidates,
    std::span<const CountedWord> whole_words,
    std::span<const CountedWord> rare_words,
    size_t places);

/// The base pieces and the end of text.
inline constexpr int64_t kLexicalFixedPieces =
    static_cast<int64_t>(kLexicalBasePieces) + 1;

/// Between the base pieces and the end of text the learned ones, in this order:
/// - 15/16 of the places, rounded down: the words seen most often. "the" and
///   " the" are two words; a word has the space before it where the run of
///   spaces there leaves one over (1, 9, 17 ...). Of 2 to 255 bytes: one byte
///   has an id already.
/// - the rest: parts of the other words, of 2 to 12 bytes with their space,
///   seen there at least 50 times, that save the most tokens (choose_subwords).
///   Where the sample has too few, the next words take their places.
///
/// Memory is the sample and some 60 bytes for each distinct word of it. Error
/// where there is no word, and where there are too few for the places: it names
/// the largest vocabulary possible.
Trained train_lexical(
    const Sample& sample, int64_t vocab_size, Progress& progress);

/// Error unless the sample's words or bytes, `what`, are enough for so many
/// pieces; `most` is what they are enough for.
void require_enough(std::string_view what, int64_t most, int64_t vocab_size);

} // namespace nanobrain
