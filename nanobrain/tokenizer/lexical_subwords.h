// The parts of rare words that a lexical tokenizer learns.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace nanobrain {

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

} // namespace nanobrain
