// Training of lexical tokenizers on documents.
#pragma once

#include <cstdint>

#include "nanobrain/tokenizer/lexical_tokenizer.h"
#include "nanobrain/tokenizer_training/document_sample.h"
#include "nanobrain/tokenizer_training/trained.h"

namespace nanobrain {

struct LexicalTraining {
  /// ids in all: 294 for bytes, punctuation and runs of spaces, the learned
  /// pieces, one for the end of text
  int64_t vocab_size = 32'294;
  /// text to train on: a uniform sample of the documents of this size
  int64_t sample_bytes = 100'000'000;
  /// picks the sample
  uint64_t seed = 42;
};

/// Learned pieces are, in this order:
/// - 15/16 of the places, rounded down: the words seen most often. "the" and
///   " the" are two words; a word has the space before it where the run of
///   spaces there leaves one over (1, 9, 17 ...). Of 2 to 255 bytes: one byte
///   has an id already.
/// - the rest: parts of the other words, of 2 to 12 bytes with their space,
///   seen there at least 50 times, that save the most tokens (choose_subwords).
///   Where the sample has too few, the next words take their places.
///
/// The same documents and options give the same file. Memory is the sample and
/// some 60 bytes for each distinct word of it. Error where there is no word,
/// and where there are too few for the places: it names the largest vocabulary
/// possible.
Trained<LexicalTokenizer> train_lexical(
    const NextDocument& next, const LexicalTraining& options);

} // namespace nanobrain
