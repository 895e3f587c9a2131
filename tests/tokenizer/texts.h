// Texts for the tests of tokenizers: a corpus to train on, and random texts of
// everything that is known to go wrong.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nanobrain/base/random.h"
#include "nanobrain/tokenizer/sentencepiece_tokenizer.h"
#include "nanobrain/tokenizer_training/tokenizer_trainer.h"

namespace nanobrain::testing {

/// "a|b c" -> "a", "b c".
std::vector<std::string> split_at_bars(const std::string& text);

/// Documents of invented words in several scripts, with punctuation, numbers,
/// line ends and runs of spaces; about 500 bytes each. Seeded.
std::vector<std::string> invented_documents(int64_t count, uint64_t seed = 1);

/// A valid UTF-8 text of hard parts: any code point, special pieces spelled
/// out, control characters, repetitions, words that training may have seen.
std::string random_text(Random& random);

/// The hard cases one by one.
std::vector<std::string> hard_texts();

/// All code points but the surrogates, in order.
std::string every_code_point();

/// So many of these letters.
std::string random_of(std::string_view letters, size_t count, Random& random);

/// Hands out copies of `documents`, which must outlive it.
NextDocument reader_of(const std::vector<std::string>& documents);

/// The tokenizer that is trained on these documents, of the kind T.
template <class T = SentencePieceTokenizer>
std::shared_ptr<const T> trained_on(
    const std::vector<std::string>& documents,
    const TokenizerTraining& training) {
  return std::dynamic_pointer_cast<const T>(
      train_tokenizer(reader_of(documents), training).tokenizer);
}

/// A tokenizer of 1,200 pieces trained on invented_documents(600).
std::shared_ptr<const SentencePieceTokenizer> small_tokenizer();

/// A SentencePiece model of 400 pieces of those documents with one setting
/// of the library ("add_dummy_prefix", "true") other than nanobrain's.
std::string model_with(const std::string& setting, const std::string& value);

} // namespace nanobrain::testing
